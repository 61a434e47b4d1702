import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ServerHostKeyAlgorithm } from "ssh2";
import type { SshHop } from "../connection.ts";
import { ConnectionError } from "../errors.ts";
import { expandHome } from "./home.ts";
import { type KnownKey, knownKeys } from "./known-hosts.ts";

/** What the host's key has to be. */
export interface ExpectedKeys {
  readonly keys: readonly KnownKey[];
  /** Where that stands: a file, or the matrix. */
  readonly source: string;
  readonly file: string | undefined;
}

/** Reads the expected keys. A file that does not exist knows nobody. Throws `ConnectionError` for a key that is none. */
export function expectedKeys(host: string, hop: Pick<SshHop, "address" | "port" | "hostKey">): ExpectedKeys {
  if ("key" in hop.hostKey) {
    const [type, key] = hop.hostKey.key.trim().split(/\s+/);
    if (type === undefined || key === undefined)
      throw new ConnectionError(host, "host-key", "hostKey.key is not a public key", {
        remedy: "give type and base64 as in /etc/ssh/ssh_host_ed25519_key.pub of the host",
      });
    return { keys: [{ type, key, revoked: false }], source: "the key given for it", file: undefined };
  }
  const file = expandHome(hop.hostKey.knownHosts);
  return { keys: knownKeys(readOrEmpty(file), hop.address, hop.port), source: file, file };
}

/** Signature algorithms by type of key; others the client does not know. */
const ALGORITHMS: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
};

/** Signature algorithms to ask for first, those of the expected keys: a server shows only one of its keys. */
export function preferredAlgorithms(expected: ExpectedKeys): ServerHostKeyAlgorithm[] {
  const types = [...new Set(expected.keys.map((key) => key.type))];
  return types.flatMap((type) => ALGORITHMS[type] ?? []);
}

/** Why the key that the host showed is not acceptable; `undefined` when it is. */
export function judgeHostKey(host: string, hop: SshHop, expected: ExpectedKeys, shown: Buffer): ConnectionError | undefined {
  const type = shown.subarray(4, 4 + shown.readUInt32BE(0)).toString();
  const key = shown.toString("base64");
  const same = expected.keys.find((known) => known.type === type && known.key === key);
  if (same !== undefined && !same.revoked) return undefined;
  const where = `${hop.address}:${hop.port}`;
  const found = `${type} ${fingerprint(key)}`;
  if (same !== undefined) return problem(host, `the host key of ${where} is revoked in ${expected.source}: ${found}`, undefined);
  if (expected.keys.length === 0) return unknownKey(host, hop, expected, { type, key, found });
  const wanted = expected.keys.map((known) => `${known.type} ${fingerprint(known.key)}`).join(", ");
  return problem(
    host,
    `the host key of ${where} is not the expected one.\n  expected: ${wanted} (${expected.source})\n  shown:    ${found}`,
    expected.file === undefined
      ? "if the host was set up anew, give its new key; otherwise someone may be listening in"
      : `if the host was set up anew, remove the old key: ssh-keygen -R '${entryName(hop)}' -f ${expected.file}`,
  );
}

function unknownKey(
  host: string,
  hop: SshHop,
  expected: ExpectedKeys,
  shown: { readonly type: string; readonly key: string; readonly found: string },
): ConnectionError {
  return problem(
    host,
    `the host key of ${hop.address}:${hop.port} is unknown (${expected.source} has none): ${shown.found}`,
    "compare it with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the host's own console; if it is the same, add this line " +
      `to ${expected.source}:\n  ${entryName(hop)} ${shown.type} ${shown.key}`,
  );
}

function problem(host: string, message: string, remedy: string | undefined): ConnectionError {
  return new ConnectionError(host, "host-key", message, remedy === undefined ? {} : { remedy });
}

function entryName(hop: Pick<SshHop, "address" | "port">): string {
  return hop.port === 22 ? hop.address : `[${hop.address}]:${hop.port}`;
}

/** As `ssh-keygen -l` prints it. */
function fingerprint(key: string): string {
  const digest = createHash("sha256").update(Buffer.from(key, "base64")).digest("base64");
  return `SHA256:${digest.replace(/=+$/, "")}`;
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
