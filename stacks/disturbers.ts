import type { PlannedHost } from "./plan.ts";

/**
 * Hosts on which nothing may be set up while `used` ones are measured: a delivery is load, and a test that restarts its host would cut it
 * off. Lab machines and this machine share their processors. Pure.
 */
export function disturbersOf(
  hosts: readonly Pick<PlannedHost, "name" | "connection">[],
  used: ReadonlySet<string>,
): ReadonlySet<string> {
  const here = hosts.filter(({ connection }) => connection.kind !== "ssh").map(({ name }) => name);
  const shared = here.some((name) => used.has(name));
  return new Set([...used, ...(shared ? here : [])]);
}
