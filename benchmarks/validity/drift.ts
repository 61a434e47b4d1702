import type { Drift } from "../results/schema.ts";

/** As a preview says it: `debian-13: sysctl.vm.swappiness: expected 10, found 77`. */
export function driftWords({ host, knob, expected, found }: Drift): string {
  return `${host}: ${knob}: expected ${expected}, found ${found}`;
}
