import * as pulumi from "@pulumi/pulumi";
import type { ReportInputs } from "./schema.ts";

type Args<Inputs> = { [Key in keyof Inputs]: pulumi.Input<Inputs[Key]> };

/** One page about the newest session of every benchmark of a stack, as HTML, Markdown and JSON. */
export class Report extends pulumi.CustomResource {
  /** Path of the page relative to the project's root. */
  declare readonly html: pulumi.Output<string>;
  declare readonly markdown: pulumi.Output<string>;
  declare readonly json: pulumi.Output<string>;
  /** sha256 of the HTML page. */
  declare readonly digest: pulumi.Output<string>;

  constructor(name: string, args: Args<ReportInputs>, options?: pulumi.CustomResourceOptions) {
    const outputs = { html: undefined, markdown: undefined, json: undefined, digest: undefined };
    super("distrobench:report:Report", name, { ...args, ...outputs }, options);
  }
}
