import type { SessionData } from "../../benchmarks/index.ts";
import { type SessionSummary, summarise } from "../../benchmarks/statistics/index.ts";
import { csv } from "./csv.ts";

/**
 * The history of one benchmark as Apache Otava's CSV input (time_column: time, attributes: [session]): a line per session, oldest first, a
 * column of medians per variant and result metric. Sessions that are not valid, or that lack a column, are left out: every cell is a number.
 */
export function renderOtava(sessions: readonly SessionData[]): string {
  const sorted = [...sessions].sort((a, b) => (a.session.startedAt < b.session.startedAt ? -1 : 1));
  const lines = sorted
    .map((data) => ({ data, summary: summarise(data) }))
    .filter(({ summary }) => summary.state.status === "valid")
    .map(({ data, summary }) => ({ session: data.session, medians: mediansOf(summary) }));
  const names = [...(lines.at(-1)?.medians.keys() ?? [])];
  const rows = lines
    .filter(({ medians }) => names.every((name) => Number.isFinite(medians.get(name))))
    .map(({ session, medians }) => [session.startedAt, session.id, ...names.map((name) => medians.get(name))]);
  return csv(["time", "session", ...names], rows);
}

function mediansOf(summary: SessionSummary): ReadonlyMap<string, number> {
  const results = summary.metrics.filter(({ definition }) => definition.kind === "result");
  return new Map(
    results.flatMap(({ definition, estimates }) =>
      estimates
        .filter(({ variant }) => summary.variants.some(({ id, aaOf }) => id === variant && aaOf === undefined))
        .map(({ variant, median }) => [`${variant}.${definition.name}`, median] as const),
    ),
  );
}
