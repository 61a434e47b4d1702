import * as pulumi from "@pulumi/pulumi";
import { type Connection, connectionSchema, UserError } from "../hosts/index.ts";
import type { PlannedHost } from "./plan.ts";
import type { PlannedSecret } from "./plan-connection.ts";
import type { SecretReference } from "./schema.ts";

/** The connection of a host with its secrets filled in; a secret as a whole. Throws `UserError` when one is not set. */
export function connectionOf(host: PlannedHost): pulumi.Output<Connection> {
  const texts = host.secrets.map(({ reference }) => resolve(host.name, reference));
  return pulumi.secret(pulumi.all(texts).apply((found) => withSecrets(host.connection, host.secrets, found)));
}

function resolve(host: string, reference: SecretReference): pulumi.Input<string> {
  if ("secret" in reference) return new pulumi.Config().requireSecret(reference.secret);
  const value = process.env[reference.env];
  if (value !== undefined && value !== "") return value;
  throw new UserError(`${host}: the environment variable ${reference.env}, which the matrix names for a secret, is not set`, {
    remedy: `Set it for this run: ${reference.env}=... ./distrobench up`,
  });
}

/** Puts each text where its secret belongs. */
export function withSecrets(connection: Connection, secrets: readonly PlannedSecret[], texts: readonly string[]): Connection {
  const filled: unknown = structuredClone(connection);
  secrets.forEach(({ path }, index) => {
    put(filled, path, texts[index] ?? "");
  });
  return connectionSchema.parse(filled);
}

function put(target: unknown, path: PlannedSecret["path"], text: string): void {
  const [first, ...rest] = path;
  if (first === undefined || typeof target !== "object" || target === null) return;
  const place = target as Record<string | number, unknown>;
  if (rest.length === 0) place[first] = text;
  else put(place[first], rest, text);
}
