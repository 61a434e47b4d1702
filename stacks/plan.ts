import type { BenchmarkInputs, VariantInput } from "../benchmarks/index.ts";
import type { Connection, DistributionName, LabMachineInputs } from "../hosts/index.ts";
import type { EngineName } from "../images/index.ts";

/** A checked matrix as plain values: what the program declares, in this order. No Pulumi type, no default left open. */
export interface Plan {
  readonly stack: string;
  readonly title: string;
  readonly hosts: readonly PlannedHost[];
  readonly images: readonly PlannedImage[];
  readonly benchmarks: readonly PlannedBenchmark[];
  readonly report: { readonly directory: string };
}

export interface PlannedHost {
  readonly name: string;
  readonly distribution: DistributionName;
  readonly release: string | undefined;
  readonly machine: LabMachineInputs | undefined;
  readonly connection: Connection;
  /** Abstract package names. */
  readonly packages: readonly string[];
}

export interface PlannedImage {
  readonly name: string;
  /** Folder under `images/`. */
  readonly recipe: string;
  readonly base:
    | { readonly kind: "registry"; readonly reference: string }
    | { readonly kind: "mmdebstrap"; readonly suite: string; readonly mirror: string | undefined };
  readonly builder: string;
  readonly deliverTo: readonly { readonly host: string; readonly engine: EngineName }[];
}

export interface PlannedBenchmark extends Omit<BenchmarkInputs, "variants" | "instrument"> {
  readonly variants: readonly (Pick<VariantInput, "id" | "host" | "engine" | "labels"> & {
    readonly imageName: string | undefined;
  })[];
}
