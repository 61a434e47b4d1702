import { type AaObservation, historyOf, type Trend, trendsOf } from "../benchmarks/gate/index.ts";
import { type SessionSummary, summarise } from "../benchmarks/statistics/index.ts";
import type { ReportSession } from "./view.ts";

/** What the statistics say of a session and of those before it. */
export interface Derived {
  readonly summary: SessionSummary;
  /** What is known of its noise. */
  readonly history: readonly AaObservation[];
  /** Changes of level in the sessions before it and in itself. */
  readonly trends: readonly Trend[];
}

const known = new WeakMap<ReportSession, Derived>();

/** Derived once for each session that was read: page, Markdown and JSON of a report are made of the same ones. */
export function derivedOf(data: ReportSession): Derived {
  const derived = known.get(data) ?? derive(data);
  known.set(data, derived);
  return derived;
}

function derive(data: ReportSession): Derived {
  const summary = summarise(data);
  const earlier = data.earlier ?? [];
  const history = historyOf(data, earlier);
  return { summary, history, trends: trendsOf({ current: data, summary, earlier, history }) };
}
