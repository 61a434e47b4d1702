import type { Benchmark } from "../define.ts";
import { RESULTS_VERSION, type Session } from "../results/schema.ts";
import type { BenchmarkInputs, VariantInput } from "../schema.ts";

/** A variant in the session: the declared ones, and the baseline once more under a second label when there is an A/A pair. */
export interface SessionVariant extends VariantInput {
  readonly aaOf?: string;
}

export function sessionVariants(inputs: BenchmarkInputs): readonly SessionVariant[] {
  const baseline = inputs.variants.find((variant) => variant.id === inputs.baseline);
  if (!inputs.design.aaPair || baseline === undefined) return inputs.variants;
  return [...inputs.variants, { ...baseline, id: `${baseline.id}#2`, aaOf: baseline.id }];
}

/** session.json as it is before the first sample; its directory gives it its id. */
export function newSession(inputs: BenchmarkInputs, benchmark: Benchmark, startedAt: Date): Session {
  const { blocks, looks, budgetSeconds, seed, tolerance, noisyHost } = inputs.design;
  return {
    version: RESULTS_VERSION,
    id: "",
    stack: inputs.stack,
    benchmark: inputs.name,
    test: inputs.test,
    title: benchmark.title,
    parameters: inputs.parameters,
    metrics: [...benchmark.metricsOf(inputs.parameters)],
    variants: sessionVariants(inputs).map(({ id: variant, host, labels, aaOf, environment }) => ({
      id: variant,
      host,
      labels,
      environment,
      ...(aaOf === undefined ? {} : { aaOf }),
    })),
    baseline: inputs.baseline,
    design: {
      ...{ blocks, seed, tolerance, warmups: benchmark.warmups, order: "randomised-complete-blocks", noisyHost },
      ...(looks === undefined ? {} : { looks }),
      ...(budgetSeconds === undefined ? {} : { budgetSeconds }),
    },
    instrument: inputs.instrument,
    startedAt: startedAt.toISOString(),
    outcome: "running",
    ...(inputs.tunings === undefined ? {} : { tunings: writtenOf(inputs.tunings) }),
  };
}

function writtenOf(tunings: NonNullable<BenchmarkInputs["tunings"]>): NonNullable<Session["tunings"]> {
  return Object.fromEntries(Object.entries(tunings).map(([host, { at, bootId }]) => [host, { at, bootId }]));
}
