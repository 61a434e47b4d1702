import type { SummaryWithTrends } from "./trends.ts";
import { EMULATED } from "./view.ts";

/** Version of the JSON report. */
const REPORT_VERSION = 1;

/** Everything the page says, as data. Infinite values (failures) are the text `"infinity"`, since JSON has no such number. */
export function renderJson(summaries: readonly SummaryWithTrends[]): string {
  const sessions = summaries.map((summary) => {
    const { emulated } = summary.comparability;
    return emulated ? { notice: EMULATED, ...summary } : summary;
  });
  return `${JSON.stringify({ version: REPORT_VERSION, sessions }, withoutInfinities, 2)}\n`;
}

/** For `JSON.stringify`. */
export function withoutInfinities(_key: string, value: unknown): unknown {
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return null;
  return value > 0 ? "infinity" : "-infinity";
}
