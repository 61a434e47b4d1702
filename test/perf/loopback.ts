import type { Connection } from "../../hosts/index.ts";
import type { Sshd } from "../lab/sshd.ts";

/** How the pool reaches a server of ours, or one more of its ports. */
export function connectionTo(host: string, { user, privateKeyFile, hostKey, port }: Sshd, otherPort = port): Connection {
  const hop = { address: "127.0.0.1", port: otherPort, user, privateKeyFile, hostKey: { key: hostKey } };
  return { kind: "ssh", host, bastions: [], ...hop };
}
