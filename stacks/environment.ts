import { createHash } from "node:crypto";
import type { HostOutputs, PackagesOutputs } from "../hosts/index.ts";

/** Settings among a host's further facts that change results and stay as they are from boot to boot. */
const SETTINGS = /^(mitigations|thp|vm|cpu|cpufreq|governor|sched|scheduler|disk|board|pcie|filesystem|storage)\b/;

/** Among those, what changes from one look to the next. */
const READINGS = /\.(stealPercent|freeBytes)$/;

/**
 * sha256 of what may change a result and does not change by itself: when it differs, a benchmark runs again.
 * `own` holds digests of the user's steps and files. Boot and machine ids are left out: a restarted host is the same environment.
 */
export function environmentDigest(
  facts: HostOutputs["facts"],
  packages: Pick<PackagesOutputs, "installed" | "engines">,
  tuning: Readonly<Record<string, string>> = {},
  own: Readonly<Record<string, string>> = {},
): string {
  const { bootId: _boot, machineId: _machine, more, ...stable } = facts;
  const settings = Object.entries(more).filter(([name]) => SETTINGS.test(name) && !READINGS.test(name));
  const all = { ...stable, ...Object.fromEntries(settings), installed: packages.installed, engines: packages.engines, tuning };
  const whole = Object.keys(own).length === 0 ? all : { ...all, own };
  return createHash("sha256")
    .update(JSON.stringify(sorted(whole)))
    .digest("hex");
}

/** Equal content gives equal text, in whatever order the engine hands the properties over. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
