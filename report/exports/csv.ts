import type { Sample, SessionData } from "../../benchmarks/index.ts";
import type { SessionSummary } from "../../benchmarks/statistics/index.ts";

/** One line per sample and value, raw and in base units; a sample without a value (a failure) keeps one line of its own. */
export function renderSamplesCsv(sessions: readonly SessionData[]): string {
  const header = "session,stack,benchmark,variant,aa_of,role,block,order,sequence,at,status,reasons,metric,unit,value";
  return csv(header.split(","), sessions.flatMap(sampleLines));
}

function sampleLines({ session, samples }: SessionData): readonly Row[] {
  const units = new Map<string, string>(session.metrics.map(({ name, unit }) => [name, unit]));
  return samples.flatMap((sample) => {
    const aaOf = session.variants.find(({ id }) => id === sample.variant)?.aaOf;
    const { variant, role, block, order, sequence, at } = sample;
    const head = [session.id, session.stack, session.benchmark, variant, aaOf, role, block, order, sequence, at];
    const place = [...head, sample.validity.status, reasonText(sample)];
    const values = Object.entries(sample.values);
    if (values.length === 0) return [[...place, undefined, undefined, undefined]];
    return values.map(([metric, value]) => [...place, metric, units.get(metric), value]);
  });
}

function reasonText({ validity }: Sample): string | undefined {
  if (validity.status === "valid") return undefined;
  if (validity.status === "failed" || validity.status === "infra-error" || validity.status === "skipped") return validity.cause;
  return validity.reasons.map(({ rule, detail }) => `${rule}: ${detail}`).join("; ");
}

/** One line per variant and metric. Infinite values (failures) are the text `infinity`. */
export function renderSummaryCsv(summaries: readonly SessionSummary[]): string {
  const header =
    "session,stack,benchmark,state,emulated,variant,metric,unit,better,n,failed,median,interval_low,interval_high,coverage,min,max,baseline,ratio,ratio_low,ratio_high,verdict";
  return csv(header.split(","), summaries.flatMap(summaryLines));
}

function summaryLines(summary: SessionSummary): readonly Row[] {
  const { session, stack, benchmark, state, comparability } = summary;
  return summary.metrics.flatMap(({ definition, estimates, comparisons }) =>
    estimates.map((estimate) => {
      const { variant, n, failed, interval } = estimate;
      const found = comparisons.find((comparison) => comparison.variant === variant);
      const head = [session, stack, benchmark, state.status, String(comparability.emulated), variant];
      const values = [estimate.median, interval?.low, interval?.high, interval?.coverage, estimate.min, estimate.max];
      const ratio = found && [found.baseline, found.ratio, found.interval?.low, found.interval?.high, found.word];
      const metric = [definition.name, definition.unit, definition.better, n, failed];
      return [...head, ...metric, ...(n === 0 ? values.map(() => undefined) : values), ...(ratio ?? Array(5).fill(undefined))];
    }),
  );
}

export type Row = readonly (string | number | undefined)[];

/** RFC 4180, with line feeds. */
export function csv(header: readonly string[], rows: readonly Row[]): string {
  return `${[header, ...rows].map((row) => row.map(cell).join(",")).join("\n")}\n`;
}

function cell(value: string | number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "";
  const text = typeof value === "number" ? number(value) : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function number(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "infinity" : "-infinity";
}
