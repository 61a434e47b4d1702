import * as pulumi from "@pulumi/pulumi";
import type { LabMachineInputs } from "./schema.ts";

type Args<Inputs> = { readonly [Key in keyof Inputs]: pulumi.Input<Inputs[Key]> };

/** A QEMU virtual machine made from a cached disk, reachable on 127.0.0.1. */
export class LabMachine extends pulumi.CustomResource {
  declare readonly address: pulumi.Output<string>;
  declare readonly port: pulumi.Output<number>;
  declare readonly user: pulumi.Output<string>;
  declare readonly hostKey: pulumi.Output<string>;
  declare readonly privateKeyFile: pulumi.Output<string>;
  declare readonly sshConfigFile: pulumi.Output<string>;
  declare readonly acceleratorInUse: pulumi.Output<"kvm" | "tcg">;
  declare readonly emulated: pulumi.Output<boolean>;
  declare readonly diskDigest: pulumi.Output<string>;

  constructor(name: string, args: Args<LabMachineInputs>, options?: pulumi.CustomResourceOptions) {
    const outputs = {
      address: undefined,
      port: undefined,
      user: undefined,
      hostKey: undefined,
      privateKeyFile: undefined,
      sshConfigFile: undefined,
      acceleratorInUse: undefined,
      emulated: undefined,
      diskDigest: undefined,
    };
    super("distrobench:hosts:LabMachine", name, { ...args, ...outputs }, options);
  }
}
