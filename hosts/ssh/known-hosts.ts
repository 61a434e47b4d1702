import { createHmac, timingSafeEqual } from "node:crypto";

export interface KnownKey {
  readonly type: string;
  /** Base64, as in the file. */
  readonly key: string;
  readonly revoked: boolean;
}

/**
 * The keys a known_hosts file holds for an address: plain, hashed (`|1|salt|hash`) and `[address]:port` entries, wildcards and
 * exceptions (`!`), and the `@revoked` marker. Certificate authorities are left out. Format: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT.
 */
export function knownKeys(text: string, address: string, port: number): KnownKey[] {
  const name = port === 22 ? address.toLowerCase() : `[${address.toLowerCase()}]:${port}`;
  return text.split("\n").flatMap((line) => parseLine(line.trim(), name));
}

function parseLine(line: string, name: string): KnownKey[] {
  if (line === "" || line.startsWith("#")) return [];
  const fields = line.split(/\s+/);
  const marker = fields[0]?.startsWith("@") ? fields.shift() : undefined;
  const [hosts, type, key] = fields;
  if (hosts === undefined || type === undefined || key === undefined || marker === "@cert-authority") return [];
  return matches(hosts, name) ? [{ type, key, revoked: marker === "@revoked" }] : [];
}

function matches(hosts: string, name: string): boolean {
  if (hosts.startsWith("|1|")) return matchesHash(hosts, name);
  const patterns = hosts.toLowerCase().split(",");
  if (patterns.some((pattern) => pattern.startsWith("!") && wildcard(pattern.slice(1)).test(name))) return false;
  return patterns.some((pattern) => !pattern.startsWith("!") && wildcard(pattern).test(name));
}

function matchesHash(entry: string, name: string): boolean {
  const [, , salt, hash] = entry.split("|");
  if (salt === undefined || hash === undefined) return false;
  const expected = Buffer.from(hash, "base64");
  const actual = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
}
