import { type Connection, connectionSchema, UserError } from "../hosts/index.ts";
import type { PlannedSecret } from "./plan-connection.ts";

/** The text of a secret that the matrix says stands in the environment. Throws `UserError` when it is not set. */
export function environmentSecret(host: string, name: string, environment: Readonly<Record<string, string | undefined>>): string {
  const value = environment[name];
  if (value !== undefined && value !== "") return value;
  throw new UserError(`${host}: the environment variable ${name}, which the matrix names for a secret, is not set`, {
    remedy: `Set it for this run: ${name}=... ./distrobench up`,
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
