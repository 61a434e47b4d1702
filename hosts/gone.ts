import type { Connection } from "./connection.ts";
import { ConnectionError, UserError } from "./errors.ts";

/** Names of hosts with commas between, set by `distrobench destroy --gone <host>`: the user says that they never come back. */
export const GONE_VARIABLE = "DISTROBENCH_GONE";

/**
 * The failed connection that a delete may pass over, because nothing of ours can be left: a lab machine takes its disk with it, and
 * of other hosts the user said so. Throws `UserError` with both ways on for a host that may come back, and every other error.
 */
export function expectGone(error: unknown, { host, kind }: Connection, stack: string): ConnectionError {
  if (!(error instanceof ConnectionError)) throw error;
  const given = (process.env[GONE_VARIABLE] ?? "").split(",");
  if (kind === "lab" || given.includes(host)) return error;
  const first = error.remedy === undefined ? "" : `${error.remedy}; `;
  throw new UserError(`${error.message}: nothing was undone there`, {
    remedy: `${first}then ./distrobench destroy ${stack} goes on. If ${host} never comes back: ./distrobench destroy ${stack} --gone ${host}`,
    cause: error,
  });
}
