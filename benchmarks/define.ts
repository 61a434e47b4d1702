import { z } from "zod";
import type { Harness } from "./harness/client.ts";
import type { MetricDefinition } from "./results/schema.ts";
import type { VariantInput } from "./schema.ts";

/** Unit, direction and place of a metric, registered with its zod schema so that reports and comparisons read them from there. */
type MetricFacts = Omit<MetricDefinition, "name">;

const facts = z.registry<MetricFacts>();

type Metric = z.ZodNumber;

/** A duration in seconds. */
export function seconds(
  better: MetricFacts["better"],
  title: string,
  place: { readonly kind?: MetricFacts["kind"]; readonly primary?: boolean } = {},
): Metric {
  return z.number().register(facts, { unit: "s", better, title, kind: place.kind ?? "result", primary: place.primary ?? false });
}

/** What one sample of one variant gave. A start that never got ready is a result too: it is kept as censored. */
export type Measurement<Name extends string = string> =
  | {
      readonly outcome: "measured";
      readonly values: Readonly<Partial<Record<Name, number>>>;
      readonly stamps: Readonly<Record<string, string>>;
      readonly conditions?: Readonly<Record<string, number>>;
    }
  | { readonly outcome: "failed"; readonly cause: string; readonly stamps: Readonly<Record<string, string>> };

/** A test as the session sees it: parameters and values are checked inside. */
export interface Benchmark {
  readonly name: string;
  readonly title: string;
  readonly metrics: readonly MetricDefinition[];
  readonly primary: string;
  /** Samples per variant before the first block: stored, never counted. */
  readonly warmups: number;
  /** For the matrix schema; every parameter has a default or is optional. */
  readonly parameters: z.ZodType<Readonly<Record<string, unknown>>>;
  /** Rejects when the harness is lost; what went wrong with the measured thing itself is a `failed` measurement. */
  measure(harness: Harness, variant: VariantInput, parameters: Readonly<Record<string, unknown>>): Promise<Measurement>;
}

interface Definition<Parameters extends z.ZodType<Readonly<Record<string, unknown>>>, Name extends string> {
  readonly name: string;
  readonly title: string;
  readonly parameters: Parameters;
  readonly metrics: Readonly<Record<Name, Metric>>;
  readonly warmups: number;
  measure(harness: Harness, variant: VariantInput, parameters: z.output<Parameters>): Promise<Measurement<Name>>;
}

/** Makes a test from its definition. Throws `TypeError` unless exactly one metric is primary. */
export function defineBenchmark<Parameters extends z.ZodType<Readonly<Record<string, unknown>>>, Name extends string>(
  definition: Definition<Parameters, Name>,
): Benchmark {
  const metrics = Object.entries<Metric>(definition.metrics).map(([name, schema]) => describe(definition.name, name, schema));
  const [primary, ...more] = metrics.filter((metric) => metric.primary);
  if (primary === undefined || more.length > 0) throw new TypeError(`${definition.name}: exactly one metric must be primary`);
  const values = z
    .strictObject(definition.metrics)
    .partial()
    .required({ [primary.name]: true } as never);
  return {
    name: definition.name,
    title: definition.title,
    parameters: definition.parameters,
    warmups: definition.warmups,
    metrics,
    primary: primary.name,
    async measure(harness, variant, parameters) {
      const measurement = await definition.measure(harness, variant, definition.parameters.parse(parameters));
      if (measurement.outcome === "measured") values.parse(measurement.values);
      return measurement;
    },
  };
}

function describe(benchmark: string, name: string, schema: Metric): MetricDefinition {
  const found = facts.get(schema);
  if (found === undefined) throw new TypeError(`${benchmark}: metric ${name} has no unit and direction`);
  return { name, ...found };
}
