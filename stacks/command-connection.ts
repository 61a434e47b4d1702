import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { type Connection, type Login, loginOf, type SshHop } from "../hosts/index.ts";
import type { LabMachine } from "../hosts/lab/resource.ts";
import type { PlannedHost } from "./plan.ts";

interface Target {
  readonly root: string;
  readonly planned: PlannedHost;
  readonly connection: pulumi.Output<Connection>;
  readonly machine: LabMachine | undefined;
}

/** Few attempts: the host has answered before, so a wrong key must not take minutes to be told. Seconds. */
const PATIENCE = { lab: { dialErrorLimit: 2, perDialTimeout: 60 }, ssh: { dialErrorLimit: 2, perDialTimeout: 15 } } as const;

/** So long a host that undoes something by itself may be busy with it. Seconds. */
const UNDO_SECONDS = 60;

/** The plugin waits 0.1 s after its first failed attempt, then longer and longer, 5 s in the end: 10 attempts take 15 s. */
function patience(kind: keyof typeof PATIENCE, outlast: number | undefined) {
  if (outlast === undefined) return PATIENCE[kind];
  return { ...PATIENCE[kind], dialErrorLimit: 10 + Math.ceil((outlast + UNDO_SECONDS) / 5) };
}

/**
 * How the official plugin reaches a host: texts instead of files, secret as a whole; `outlast` makes it try for that many seconds and
 * some more, however soon each attempt fails. Throws `UserError` for a key that can't be had.
 */
export function commandConnection(
  { root, planned, connection, machine }: Target,
  outlast?: number,
): pulumi.Output<types.input.remote.ConnectionArgs> {
  if (machine !== undefined) {
    const { address, port, user, hostKey, privateKeyFile } = machine;
    const found = pulumi.all([address, port, user, hostKey, privateKeyFile]);
    return pulumi.secret(
      found.apply(([host, at, name, key, file]) => ({
        ...{ host, port: at, user: name, hostKey: key, ...patience("lab", outlast) },
        privateKey: readFileSync(join(root, file), "utf8"),
      })),
    );
  }
  const { connection: known, name } = planned;
  const logins = known.kind === "ssh" ? [known, ...known.bastions].map((hop) => loginOf(name, hop)) : [];
  return pulumi.secret(
    connection.apply((filled) => {
      const hops = filled.kind === "ssh" ? [filled, ...filled.bastions] : [];
      const [target, proxy] = logins.map((login, index) => ({ ...hopArgs(login, hops[index]), ...patience("ssh", outlast) }));
      return { ...target, host: target?.host ?? "", ...(proxy === undefined ? {} : { proxy }) };
    }),
  );
}

/** A login with the secrets that the hop was given. */
function hopArgs({ address, agentSocket, privateKey, ...login }: Login, hop: SshHop | undefined) {
  const key = privateKey ?? hop?.privateKey;
  return {
    ...{ host: address, ...login },
    ...(key === undefined ? {} : { privateKey: key }),
    ...(hop?.passphrase === undefined ? {} : { privateKeyPassword: hop.passphrase }),
    ...(hop?.password === undefined ? {} : { password: hop.password }),
    ...(agentSocket === undefined ? {} : { agentSocketPath: agentSocket }),
  };
}
