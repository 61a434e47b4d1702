import { quantileWithin } from "../../statistics/estimate.ts";
import { foreignConditions } from "../foreign-cpu.ts";
import { good, type LoadSeries, type LoadWindow } from "./generate.ts";

/** What one window comes to. A request that failed or had no answer counts as later than every other: right-censored, never left out. */
export interface WindowSummary {
  /** Requests that were due in the window. */
  readonly planned: number;
  readonly sent: number;
  readonly failed: number;
  /** From the due instant, in seconds; infinite where the rank falls on a failed request. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Longest answered request; `NaN` without one. */
  readonly max: number;
  /** 95th percentile from the real send: what a client that waits for its own delays would report. */
  readonly fromSendP95: number;
  readonly lateness: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** Figures of the window alone; the warm-up is left out. Throws `RangeError` for a window without requests. */
export function summariseWindow(series: LoadSeries): WindowSummary {
  const first = series.due.findIndex((at) => at >= 0);
  if (first < 0) throw new RangeError("a window needs at least one request");
  const status = series.status.slice(first);
  const censored = (seconds: readonly number[]): readonly number[] =>
    seconds.slice(first).map((value, index) => (good(status[index] ?? 0) ? value : Number.POSITIVE_INFINITY));
  const latency = censored(series.latency);
  const answered = latency.filter(Number.isFinite);
  const lateness = series.lateness.slice(first);
  return {
    planned: status.length,
    sent: status.filter((code) => code >= 0).length,
    failed: latency.length - answered.length,
    p50: quantile(latency, 0.5),
    p95: quantile(latency, 0.95),
    p99: quantile(latency, 0.99),
    max: quantile(answered, 1),
    fromSendP95: quantile(censored(series.fromSend), 0.95),
    lateness: { p50: quantile(lateness, 0.5), p99: quantile(lateness, 0.99), max: quantile(lateness, 1) },
  };
}

/** What the rules of validity look at. */
export function loadConditions(
  summary: WindowSummary,
  { fifo, causes, foreign }: Pick<LoadWindow, "fifo" | "causes" | "foreign">,
): Readonly<Record<string, number>> {
  const { planned, sent, failed, lateness } = summary;
  return {
    ...{ "load.planned": planned, "load.sent": sent, "load.failed": failed, "load.fifo": fifo ? 1 : 0 },
    ...{ "load.lateness.p99": lateness.p99, "load.lateness.max": lateness.max },
    ...foreignConditions(foreign),
    ...Object.fromEntries(Object.entries(causes).map(([cause, number]) => [`load.cause.${cause}`, number])),
  };
}

function quantile(values: readonly number[], p: number): number {
  return quantileWithin(values, p)?.point ?? Number.NaN;
}
