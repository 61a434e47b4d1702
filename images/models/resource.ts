import * as pulumi from "@pulumi/pulumi";
import type { DeliveredModelInputs } from "./schema.ts";

type Args = { [Key in keyof DeliveredModelInputs]: pulumi.Input<DeliveredModelInputs[Key]> };

/** One model file on one host, proven by its sha256. */
export class DeliveredModel extends pulumi.CustomResource {
  /** Absolute path on the host. */
  declare readonly path: pulumi.Output<string>;
  declare readonly sha256: pulumi.Output<string>;
  /** Bytes. */
  declare readonly bytes: pulumi.Output<number>;
  /** Bytes. */
  declare readonly bytesSent: pulumi.Output<number>;

  constructor(name: string, args: Args, options?: pulumi.CustomResourceOptions) {
    const outputs = {
      path: undefined,
      sha256: undefined,
      bytes: undefined,
      bytesSent: undefined,
      stamp: undefined,
      origin: undefined,
    };
    super("distrobench:images:DeliveredModel", name, { ...args, ...outputs }, options);
  }
}
