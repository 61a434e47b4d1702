import * as pulumi from "@pulumi/pulumi";
import type { Baseline, KnobReport, Knobs, TuningInputs, TuningOutputs } from "./schema.ts";

type Args<Inputs> = { [Key in keyof Inputs]: pulumi.Input<Inputs[Key]> };

const outputs = {
  baseline: undefined,
  written: undefined,
  reports: undefined,
  readBack: undefined,
  managed: undefined,
} satisfies Partial<Record<keyof TuningOutputs, undefined>>;

/** A profile applied to a host: what was there before is kept, drift shows in a preview, destroy puts everything back. */
export class Tuning extends pulumi.CustomResource {
  declare readonly host: pulumi.Output<string>;
  declare readonly distribution: pulumi.Output<TuningInputs["distribution"]>;
  declare readonly profile: pulumi.Output<string>;
  /** As they were last written. */
  declare readonly knobs: pulumi.Output<Knobs>;
  declare readonly cpus: pulumi.Output<TuningInputs["cpus"]>;
  declare readonly baseline: pulumi.Output<Baseline>;
  /** When values were last written, and in which start of the host. */
  declare readonly written: pulumi.Output<TuningOutputs["written"]>;
  declare readonly reports: pulumi.Output<readonly KnobReport[]>;
  /** Values read back, by knob. */
  declare readonly readBack: pulumi.Output<Readonly<Record<string, string>>>;
  declare readonly managed: pulumi.Output<readonly string[]>;

  constructor(name: string, args: Args<TuningInputs>, opts?: pulumi.CustomResourceOptions) {
    super("distrobench:tuning:Tuning", name, { cpus: undefined, ...args, ...outputs }, opts);
  }
}
