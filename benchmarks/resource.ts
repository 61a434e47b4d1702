import * as pulumi from "@pulumi/pulumi";
import type { BenchmarkInputs, BenchmarkOutputs } from "./schema.ts";

type Arguments = { readonly [Key in keyof BenchmarkInputs]: pulumi.Input<BenchmarkInputs[Key]> };

/** One test over all its variants in one session; its outputs are the metrics. */
export class Benchmark extends pulumi.CustomResource {
  /** Variant id to metric name to median, interval, n and unit. */
  declare readonly metrics: pulumi.Output<BenchmarkOutputs["metrics"]>;
  /** One sentence per comparison with the baseline. */
  declare readonly verdicts: pulumi.Output<BenchmarkOutputs["verdicts"]>;
  /** Directory of the raw samples, relative to the project's root. */
  declare readonly session: pulumi.Output<string>;
  /** True when a host was emulated: such figures are not comparable with hardware. */
  declare readonly emulated: pulumi.Output<boolean>;

  constructor(name: string, args: Arguments, opts?: pulumi.CustomResourceOptions) {
    const outputs = { metrics: undefined, verdicts: undefined, session: undefined, emulated: undefined };
    super("distrobench:benchmarks:Benchmark", name, { ...args, ...outputs }, opts);
  }
}
