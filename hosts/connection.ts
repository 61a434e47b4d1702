import { z } from "zod";

const become = z
  .strictObject({
    method: z.enum(["sudo", "doas", "su"]),
    /** Asked for on standard input when the method wants one. A secret. */
    password: z.string().optional(),
  })
  .optional();

/** How to find out whether the machine that answers is the right one. There is no way to switch the check off. */
const hostKey = z.union([
  z.strictObject({ key: z.string().describe("the host's public key as in authorized_keys: type and base64") }),
  z.strictObject({ knownHosts: z.string().describe("a known_hosts file; ~ is expanded") }),
]);

const sshHop = z.strictObject({
  address: z.string().min(1),
  port: z.int().min(1).max(65535).default(22),
  user: z.string().min(1).default("root"),
  /** Path of a private key file on the controller; ~ is expanded. */
  privateKeyFile: z.string().optional(),
  /** A private key's text. A secret. */
  privateKey: z.string().optional(),
  /** A secret. */
  passphrase: z.string().optional(),
  /** A secret. */
  password: z.string().optional(),
  /** Use the agent of SSH_AUTH_SOCK (default: only when no key and no password is given). */
  agent: z.boolean().optional(),
  hostKey: hostKey.default({ knownHosts: "~/.ssh/known_hosts" }),
});

/**
 * How the controller reaches a host. Stored as an input of every resource on that host, marked secret, and never part of a
 * diff: a changed address or key re-runs nothing, and a destroy uses the newest one.
 */
export const connectionSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("lab"),
    host: z.string(),
    /** The machine's directory relative to the project's root; its machine.json says port, keys and process. */
    directory: z.string(),
  }),
  sshHop.extend({
    kind: z.literal("ssh"),
    host: z.string(),
    /** From the controller to the host, in order. */
    bastions: z.array(sshHop).default([]),
    become,
  }),
  z.strictObject({ kind: z.literal("local"), host: z.string(), become }),
]);

export type Connection = z.output<typeof connectionSchema>;
export type SshHop = z.output<typeof sshHop>;
