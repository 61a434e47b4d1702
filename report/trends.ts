import type { Trend } from "../benchmarks/gate/index.ts";
import type { SessionSummary } from "../benchmarks/statistics/index.ts";
import { derivedOf } from "./derived.ts";
import { quantity, ratioText, scaleFor } from "./format.ts";
import type { ReportSession } from "./view.ts";

/** A summary with the changes of level in the sessions before it, where those were read. */
export interface SummaryWithTrends extends SessionSummary {
  readonly trends?: readonly Trend[];
}

export function withTrends(data: ReportSession): SummaryWithTrends {
  const { summary, trends } = derivedOf(data);
  return { ...summary, trends };
}

/** A sentence per change of level, oldest first, each of which says that it decides nothing. */
export function trendSentences({ metrics, trends = [] }: Pick<SummaryWithTrends, "metrics" | "trends">): readonly string[] {
  return [...trends]
    .sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
    .map((trend) => {
      const definition = metrics.find((metric) => metric.definition.name === trend.metric)?.definition;
      const scale = scaleFor(definition?.unit ?? "count", [trend.from, trend.to]);
      const levels = `${quantity(trend.from, scale)} to ${quantity(trend.to, scale)} (ratio ${ratioText(trend.ratio)})`;
      const news = trend.isNew ? "new with this session" : `first told with ${trend.foundWith}`;
      const facts = trend.changedFacts.length === 0 ? "" : `; facts that changed there: ${trend.changedFacts.join(", ")}`;
      return `Advisory: ${trend.variant}, ${definition?.title ?? trend.metric}: the level changed from ${levels} with ${trend.session}, ${news}${facts}.`;
    });
}

/** What the history says of one session and variant. */
export function trendText(trends: readonly Trend[], place: Pick<Trend, "session" | "variant" | "metric">): string {
  const found = trends.find(
    ({ session, variant, metric }) => session === place.session && variant === place.variant && metric === place.metric,
  );
  return found === undefined ? "" : `ratio ${ratioText(found.ratio)}${found.isNew ? ", new" : ""}`;
}
