import type { Disturber } from "../hosts/index.ts";

/** systemd calls `docker` `docker.service`; knobs, as OpenRC, say `docker`. Other units keep their suffix. */
export function shortServiceName(name: string): string {
  return name.replace(/\.service$/, "");
}

/** The names by which knobs stop what disturbs, one for each init system that has it. */
export function serviceNames({ unit, openrc }: Disturber): string[] {
  return [unit, openrc].flatMap((name) => (name === undefined ? [] : [shortServiceName(name)]));
}
