import { readFileSync } from "node:fs";
import type { SshHop } from "../connection.ts";
import { ConnectionError } from "../errors.ts";
import { expandHome } from "./home.ts";
import { expectedKeys } from "./host-key.ts";

/** A hop for SSH clients that take texts instead of files, and one host key. */
export interface Login {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Type and base64. */
  readonly hostKey: string;
  /** Text of the key file, where the hop names one. */
  readonly privateKey?: string;
  readonly agentSocket?: string;
}

/** Reads what a hop names; its secrets are left to the caller. Throws `ConnectionError` for a file or a host key that is not there. */
export function loginOf(host: string, hop: SshHop): Login {
  const { address, port, user } = hop;
  const { keys, source } = expectedKeys(host, hop);
  const usable = keys.filter(({ revoked }) => !revoked);
  const key = usable.find(({ type }) => type === "ssh-ed25519") ?? usable[0];
  if (key === undefined)
    throw new ConnectionError(host, "host-key", `the host key of ${address}:${port} is unknown (${source} has none)`, {
      remedy: `connect once by hand and compare it: ssh -p ${port} ${user}@${address}`,
    });
  const agentSocket = hop.agent === false ? undefined : process.env.SSH_AUTH_SOCK;
  return {
    ...{ address, port, user, hostKey: `${key.type} ${key.key}` },
    ...(hop.privateKeyFile === undefined ? {} : { privateKey: keyText(host, hop.privateKeyFile) }),
    ...(agentSocket === undefined ? {} : { agentSocket }),
  };
}

function keyText(host: string, path: string): string {
  const file = expandHome(path);
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new ConnectionError(host, "authentication", `the private key ${file} cannot be read`, {
      remedy: "check privateKeyFile of this host in the matrix, and who may read that file",
      cause,
    });
  }
}
