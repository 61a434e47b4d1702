import { z } from "zod";
import type { Connection, HostFacts, Transport } from "../hosts/index.ts";
import type { Harness } from "./harness/client.ts";
import { describeMetric, type Metric } from "./metric.ts";
import type { MetricDefinition } from "./results/schema.ts";
import type { VariantInput } from "./schema.ts";

/**
 * What one sample of one variant gave. A start that never got ready is a result too: it is kept as censored. What a host can't do at
 * all (no such device, no such provider) is `skipped`: the variant is not tried again in this session.
 */
export type Measurement<Name extends string = string> =
  | {
      readonly outcome: "measured";
      readonly values: Readonly<Partial<Record<Name, number>>>;
      readonly stamps: Readonly<Record<string, string>>;
      readonly conditions?: Readonly<Record<string, number>>;
      /** Inner samples in base units and in order, by name, such as the latency of every request: stored raw, never units of analysis. */
      readonly series?: Readonly<Record<string, readonly number[]>>;
      /** Texts that must be equal in all variants, such as the digest of the generated tokens. */
      readonly identities?: Readonly<Record<string, string>>;
    }
  | { readonly outcome: "failed"; readonly cause: string; readonly stamps: Readonly<Record<string, string>> }
  | { readonly outcome: "skipped"; readonly cause: string };

/** Where a sample is taken. */
export interface Place {
  /** The measuring program of the variant's host: the one that runs now, also after `reopen`. */
  readonly harness: Harness;
  /** The host itself, for what no program on it can do, such as a reboot. */
  readonly transport: Transport;
  readonly connection: Connection;
  readonly facts: HostFacts;
  /** Absolute path of the project's root on the controller. */
  readonly root: string;
  readonly signal: AbortSignal;
  /** Starts the measuring program anew after the host was restarted. Rejects with `UserError`. */
  reopen(): Promise<void>;
}

export type ControllerNeed = "browser";

type Parameters = Readonly<Record<string, unknown>>;

/** A test as the session sees it: parameters and values are checked inside. */
export interface Benchmark {
  readonly name: string;
  readonly title: string;
  /** Metrics of a session with these parameters; exactly one is primary. */
  metricsOf(parameters: Parameters): readonly MetricDefinition[];
  /** Samples per variant before the first block: stored, never counted. */
  readonly warmups: number;
  /** Files and folders below the project's root, besides the test's own, whose change makes another instrument. */
  readonly instrument?: readonly string[];
  /** What the controller itself needs for it, beside what every test needs. */
  readonly controllerNeeds?: readonly ControllerNeed[];
  /** For the matrix schema; every parameter has a default or is optional. */
  readonly parameters: z.ZodType<Parameters>;
  /** What of the instrument only this test uses, measured on a host before the first sample: seconds by name, stored as calibration. */
  calibrate?(place: Place, parameters: Parameters): Promise<Readonly<Record<string, number>>>;
  /** Rejects when the harness is lost; what went wrong with the measured thing itself is a `failed` measurement. */
  measure(place: Place, variant: VariantInput, parameters: Parameters): Promise<Measurement>;
}

type Metrics<Name extends string> = Readonly<Record<Name, Metric>>;

interface Definition<Schema extends z.ZodType<Parameters>, Name extends string> {
  readonly name: string;
  readonly title: string;
  readonly parameters: Schema;
  /** A function where the metrics depend on the parameters. */
  readonly metrics: Metrics<Name> | ((parameters: z.output<Schema>) => Metrics<Name>);
  readonly warmups: number;
  readonly instrument?: readonly string[];
  readonly controllerNeeds?: readonly ControllerNeed[];
  calibrate?(place: Place, parameters: z.output<Schema>): Promise<Readonly<Record<string, number>>>;
  measure(place: Place, variant: VariantInput, parameters: z.output<Schema>): Promise<Measurement<Name>>;
}

/** Makes a test from its definition. Throws `TypeError` unless exactly one metric is primary. */
export function defineBenchmark<Schema extends z.ZodType<Parameters>, Name extends string>(
  definition: Definition<Schema, Name>,
): Benchmark {
  const { name, title, parameters, warmups, instrument = [], controllerNeeds = [], metrics, calibrate } = definition;
  const metricsFor = (given: Parameters): Metrics<Name> =>
    typeof metrics === "function" ? metrics(parameters.parse(given)) : metrics;
  if (typeof metrics !== "function") describeAll(name, metrics);
  return {
    ...{ name, title, parameters, warmups, instrument, controllerNeeds },
    metricsOf: (given) => describeAll(name, metricsFor(given)),
    ...(calibrate === undefined ? {} : { calibrate: (place, given) => calibrate(place, parameters.parse(given)) }),
    async measure(place, variant, given) {
      if (variant.unavailable !== undefined) return { outcome: "skipped", cause: variant.unavailable };
      const measurement = await definition.measure(place, variant, parameters.parse(given));
      if (measurement.outcome === "measured") checkValues(name, metricsFor(given), measurement.values);
      return measurement;
    },
  };
}

function describeAll(benchmark: string, metrics: Metrics<string>): readonly MetricDefinition[] {
  const all = Object.entries(metrics).map(([name, schema]) => describeMetric(benchmark, name, schema));
  if (all.filter(({ primary }) => primary).length !== 1) throw new TypeError(`${benchmark}: exactly one metric must be primary`);
  return all;
}

/** Throws on a value that is no metric of the test, and when the primary one is missing. */
function checkValues(benchmark: string, metrics: Metrics<string>, values: Readonly<Record<string, unknown>>): void {
  const primary = describeAll(benchmark, metrics).find((metric) => metric.primary);
  z.strictObject(metrics)
    .partial()
    .required({ [primary?.name ?? ""]: true } as never)
    .parse(values);
}
