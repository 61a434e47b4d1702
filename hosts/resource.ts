import * as pulumi from "@pulumi/pulumi";
import type { FilesInputs, FilesOutputs } from "./files/schema.ts";
import type { HostFacts, HostInputs, HostOutputs, PackagesInputs, PackagesOutputs, PreflightVerdict } from "./schema.ts";

type Args<Inputs> = { [Key in keyof Inputs]: pulumi.Input<Inputs[Key]> };

const host = { facts: undefined, preflight: undefined, machine: undefined, inventoryFile: undefined } satisfies Partial<
  Record<keyof HostOutputs, undefined>
>;

/** Verified access to one machine, with its facts and an inventory of it as found. */
export class Host extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly connection: pulumi.Output<HostInputs["connection"]>;
  declare readonly distribution: pulumi.Output<HostInputs["distribution"]>;
  declare readonly release: pulumi.Output<string | undefined>;
  declare readonly facts: pulumi.Output<HostFacts>;
  declare readonly preflight: pulumi.Output<readonly PreflightVerdict[]>;
  /** Names the physical machine for the measuring lock. */
  declare readonly machine: pulumi.Output<string>;
  /** Relative to the project's root. */
  declare readonly inventoryFile: pulumi.Output<string>;

  constructor(name: string, args: Args<HostInputs>, opts?: pulumi.CustomResourceOptions) {
    super("distrobench:hosts:Host", name, { ...args, ...host }, opts);
  }
}

const packages = {
  installed: undefined,
  added: undefined,
  configured: undefined,
  services: undefined,
  engines: undefined,
  indexFetched: undefined,
} satisfies Partial<Record<keyof PackagesOutputs, undefined>>;

/** Engines, git, Python, Node and the rest, at wanted or locked versions. */
export class Packages extends pulumi.CustomResource {
  declare readonly host: pulumi.Output<string>;
  declare readonly wanted: pulumi.Output<readonly string[]>;
  declare readonly installed: pulumi.Output<Readonly<Record<string, string>>>;
  declare readonly added: pulumi.Output<readonly string[]>;
  declare readonly services: pulumi.Output<readonly string[]>;
  declare readonly engines: pulumi.Output<Readonly<Record<string, string>>>;

  constructor(name: string, args: Args<PackagesInputs>, opts?: pulumi.CustomResourceOptions) {
    super("distrobench:hosts:Packages", name, { ...args, ...packages }, opts);
  }
}

const files = { baseline: undefined } satisfies Partial<Record<keyof FilesOutputs, undefined>>;

/** The user's own files on a host, put back as they were. */
export class Files extends pulumi.CustomResource {
  constructor(name: string, args: Args<FilesInputs>, opts?: pulumi.CustomResourceOptions) {
    super("distrobench:hosts:Files", name, { ...args, ...files }, opts);
  }
}
