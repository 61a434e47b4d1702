import { type PastSession, pastOf } from "../../benchmarks/gate/index.ts";
import type { SessionData } from "../../benchmarks/index.ts";
import { csv } from "./csv.ts";

/**
 * The history of one benchmark as Apache Otava's CSV input (time_column: time, attributes: [session]): a line per session, oldest first, a
 * column of medians per variant and result metric. Sessions that are not valid, or that lack a column, are left out: every cell is a number.
 */
export function renderOtava(sessions: readonly SessionData[]): string {
  const sorted = [...sessions].sort((a, b) => (a.session.startedAt < b.session.startedAt ? -1 : 1));
  const lines = sorted
    .map(pastOf)
    .filter(({ status }) => status === "valid")
    .map((past) => ({ session: past.session, medians: mediansOf(past) }));
  const names = [...(lines.at(-1)?.medians.keys() ?? [])];
  const rows = lines
    .filter(({ medians }) => names.every((name) => Number.isFinite(medians.get(name))))
    .map(({ session, medians }) => [session.startedAt, session.id, ...names.map((name) => medians.get(name))]);
  return csv(["time", "session", ...names], rows);
}

function mediansOf({ session, estimates }: PastSession): ReadonlyMap<string, number> {
  const own = new Set(session.variants.filter(({ aaOf }) => aaOf === undefined).map(({ id }) => id));
  return new Map(
    [...estimates].flatMap(([metric, all]) =>
      all.filter(({ variant }) => own.has(variant)).map(({ variant, median }) => [`${variant}.${metric}`, median] as const),
    ),
  );
}
