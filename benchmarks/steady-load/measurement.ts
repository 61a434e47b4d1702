import type { Measurement } from "../define.ts";
import type { LoadWindow } from "../harness/load/generate.ts";
import { loadConditions, summariseWindow, type WindowSummary } from "../harness/load/window.ts";
import type { SteadyLoad } from "../harness/steady-load.ts";

export type SteadyLoadMetric =
  | "p50"
  | "p95"
  | "p99"
  | "max"
  | "cpu"
  | "hostCpu"
  | "generatorCpu"
  | "errors"
  | "fromSendP95"
  | "latenessP50"
  | "latenessP99"
  | "latenessMax"
  | "loopDelay";

/**
 * One window as a sample. So many failures that p95 itself is infinite make it a failed one, which counts as slower than all others; fewer,
 * but more than 1 %, are left to the rules of validity.
 */
export function toMeasurement(found: SteadyLoad): Measurement<SteadyLoadMetric> {
  if (found.outcome === "failed") return { ...found, stamps: {} };
  const { window, limits } = found;
  const summary = summariseWindow(window.series);
  if (!Number.isFinite(summary.p95)) return { outcome: "failed", cause: failure(summary, found), stamps: window.stamps };
  return {
    outcome: "measured",
    values: { ...latencies(summary), ...loads(summary, window) },
    stamps: window.stamps,
    conditions: { ...loadConditions(summary, window), ...limits.conditions },
    series: { ...window.series },
    identities: limits.identities,
  };
}

function latencies({ p50, p95, p99, max, fromSendP95 }: WindowSummary): Partial<Record<SteadyLoadMetric, number>> {
  return finite({ p50, p95, p99, max, fromSendP95 });
}

function loads(
  { failed, planned, lateness }: WindowSummary,
  { cpu, loopDelay }: LoadWindow,
): Partial<Record<SteadyLoadMetric, number>> {
  return {
    ...(cpu.container === undefined ? {} : { cpu: cpu.container }),
    ...{ hostCpu: cpu.host, generatorCpu: cpu.generator, errors: failed / planned, loopDelay },
    ...{ latenessP50: lateness.p50, latenessP99: lateness.p99, latenessMax: lateness.max },
  };
}

function failure({ failed, planned }: WindowSummary, { window, tail }: Extract<SteadyLoad, { outcome: "loaded" }>): string {
  const causes = Object.entries(window.causes).map(([cause, number]) => `${cause} ${number} times`);
  return `${failed} of ${planned} requests failed, so p95 has no value (with the warm-up: ${causes.join(", ")})\n${tail}`.trim();
}

function finite<Name extends string>(values: Readonly<Record<Name, number>>): Partial<Record<Name, number>> {
  const kept = Object.entries<number>(values).filter(([, value]) => Number.isFinite(value));
  return Object.fromEntries(kept) as Partial<Record<Name, number>>;
}
