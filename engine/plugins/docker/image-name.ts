import type { Registry, RegistryAuth } from "./schema.ts";

export interface ImageName {
  /** Without tag and digest. */
  readonly repository: string;
  /** `latest` unless given; `undefined` for a name by digest. */
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

export function parseImageName(name: string): ImageName {
  const [tagged = name, digest] = name.split("@", 2);
  const colon = tagged.lastIndexOf(":");
  const hasTag = colon > tagged.lastIndexOf("/");
  const repository = hasTag ? tagged.slice(0, colon) : tagged;
  const tag = hasTag ? tagged.slice(colon + 1) : "latest";
  return { repository, tag: digest === undefined ? tag : undefined, digest };
}

/** Whether the name begins with a registry host: only such names can be pushed. */
export function isFullyQualified(name: string): boolean {
  const [first = "", ...rest] = name.split("/");
  return rest.length > 0 && (first.includes(".") || first.includes(":") || first === "localhost");
}

export function registryOf(name: string): string {
  return isFullyQualified(name) ? (name.split("/", 1)[0] ?? "docker.io") : "docker.io";
}

/** The value of X-Registry-Auth; anonymous where nothing is known. */
export function authHeader(credentials: Registry | RegistryAuth | undefined): Record<string, string> {
  const { username, password } = credentials ?? {};
  const server = credentials === undefined ? undefined : "address" in credentials ? credentials.address : serverOf(credentials);
  const value = username === undefined ? {} : { username, password, serveraddress: server };
  return { "X-Registry-Auth": Buffer.from(JSON.stringify(value)).toString("base64url") };
}

function serverOf(registry: Registry | RegistryAuth): string | undefined {
  return "server" in registry ? registry.server : undefined;
}
