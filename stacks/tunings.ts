import * as pulumi from "@pulumi/pulumi";
import type { BenchmarkInputs } from "../benchmarks/index.ts";
import { tunedOf } from "../kernel-tuning/index.ts";
import type { Tuning } from "../kernel-tuning/resource.ts";

type Tunings = NonNullable<BenchmarkInputs["tunings"]>;

/** What a benchmark looks at its tuned hosts by, before and after it measures: what was last written, and when. */
export function tuningsOf(tuned: readonly (readonly [host: string, tuning: Tuning])[]): pulumi.Output<Tunings> {
  return pulumi.output(Object.fromEntries(tuned.map(([host, tuning]) => [host, entryOf(tuning)])));
}

function entryOf({
  distribution,
  knobs,
  cpus,
  baseline,
  managed,
  reports,
  written: last,
}: Tuning): pulumi.Output<Tunings[string]> {
  return pulumi
    .output({ distribution, knobs, cpus, baseline, managed, reports, last })
    .apply(({ last: lastWritten, ...written }): Tunings[string] => ({
      at: lastWritten?.at ?? written.baseline.at,
      bootId: lastWritten?.bootId ?? "",
      tuned: tunedOf(written),
    }));
}
