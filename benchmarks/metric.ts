import { z } from "zod";
import type { MetricDefinition } from "./results/schema.ts";

/** Unit, direction and place of a metric, registered with its zod schema so that reports and comparisons read them from there. */
type MetricFacts = Omit<MetricDefinition, "name">;
type Place = { readonly kind?: MetricFacts["kind"]; readonly primary?: boolean; readonly exact?: boolean };

const facts = z.registry<MetricFacts>();

export type Metric = z.ZodNumber;

function metricIn(unit: MetricFacts["unit"]) {
  return (better: MetricFacts["better"], title: string, place: Place = {}): Metric =>
    z.number().register(facts, {
      ...{ unit, better, title, kind: place.kind ?? "result", primary: place.primary ?? false },
      ...(place.exact === true ? { exact: true } : {}),
    });
}

/** A duration in seconds. */
export const seconds = metricIn("s");
/** A size in bytes. */
export const bytes = metricIn("B");
/** A rate per second. */
export const perSecond = metricIn("1/s");
/** A share or ratio, such as CPU seconds per second of wall time. */
export const ratio = metricIn("ratio");
/** A number of things. */
export const count = metricIn("count");

/** What a metric's schema was registered with. Throws `TypeError` for a schema that is no metric. */
export function describeMetric(benchmark: string, name: string, schema: Metric): MetricDefinition {
  const found = facts.get(schema);
  if (found === undefined) throw new TypeError(`${benchmark}: metric ${name} has no unit and direction`);
  return { name, ...found };
}
