import type { BenchmarkInputs, VariantInput } from "../benchmarks/index.ts";
import type { Connection, DistributionName, LabMachineInputs } from "../hosts/index.ts";
import { describeModel, type EngineName, type ModelSource } from "../images/index.ts";
import type { TuningInputs } from "../kernel-tuning/index.ts";
import { type PlannedSecret, planConnection } from "./plan-connection.ts";
import { type PlannedOwn, planOwn } from "./plan-steps.ts";
import { planTuning } from "./plan-tuning.ts";
import { fraction, mebibytes, seconds } from "./quantities.ts";
import type { Matrix, MatrixBenchmark, MatrixHost } from "./schema.ts";

/** A checked matrix as plain values: what the program declares, in this order. No Pulumi type, no default left open. */
export interface Plan {
  readonly stack: string;
  readonly title: string;
  readonly hosts: readonly PlannedHost[];
  readonly images: readonly PlannedImage[];
  readonly models: readonly PlannedModel[];
  readonly benchmarks: readonly PlannedBenchmark[];
  readonly report: { readonly directory: string };
}

export interface PlannedHost extends PlannedOwn {
  readonly name: string;
  readonly distribution: DistributionName;
  readonly release: string | undefined;
  readonly machine: LabMachineInputs | undefined;
  /** Without its secrets: `secrets` says where each is found and where in the connection it belongs. */
  readonly connection: Connection;
  readonly secrets: readonly PlannedSecret[];
  /** Abstract package names. */
  readonly packages: readonly string[];
  readonly tuning: PlannedTuning | undefined;
}

export type PlannedTuning = Pick<TuningInputs, "profile" | "knobs" | "cpus" | "confirmSeconds" | "force"> & {
  /** The control group that containers of a test start in, where the profile makes one. */
  readonly slice: string | undefined;
};

export interface PlannedImage {
  readonly name: string;
  /** Folder under `images/`. */
  readonly recipe: string;
  readonly base:
    | { readonly kind: "registry"; readonly reference: string }
    | { readonly kind: "mmdebstrap"; readonly suite: string; readonly mirror: string | undefined };
  readonly builder: string;
  readonly whenNotToBeHad?: "skip";
  readonly deliverTo: readonly { readonly host: string; readonly engine: EngineName }[];
}

export interface PlannedModel {
  readonly name: string;
  readonly source: ModelSource;
  /** Names of hosts. */
  readonly deliverTo: readonly string[];
}

export interface PlannedBenchmark
  extends Omit<BenchmarkInputs, "variants" | "connections" | "tunings" | "noisyRun" | "instrument"> {
  readonly variants: readonly (Pick<VariantInput, "id" | "host" | "engine" | "labels" | "slice"> & {
    readonly imageName: string | undefined;
    readonly modelName?: string;
  })[];
}

/** Plans a checked matrix. Pure; `stack` is the name of its file. */
export function planOf(matrix: Matrix, stack: string): Plan {
  return {
    stack,
    title: matrix.title,
    hosts: Object.entries(matrix.hosts).map(([name, host]) => planHost(name, host, matrix, stack)),
    images: Object.keys(matrix.images).map((name) => planImage(name, matrix)),
    models: Object.entries(matrix.models).map(([name, source]) => planModel(name, source, matrix)),
    benchmarks: Object.entries(matrix.benchmarks).map(([name, benchmark]) => planBenchmark(name, benchmark, matrix, stack)),
    report: { directory: `results/report-${stack}` },
  };
}

function planHost(name: string, host: MatrixHost, matrix: Matrix, stack: string): PlannedHost {
  const directory = `.distrobench/lab/${stack}/${name}`;
  const packages = host.packages ?? matrix.packages;
  return {
    name,
    distribution: host.distribution,
    release: host.release,
    machine: planMachine(name, host, packages, directory),
    ...planConnection(name, host, directory),
    packages,
    ...planOwn(host, matrix),
    tuning: planTuning(host.tuning, matrix.profiles),
  };
}

function planMachine(name: string, host: MatrixHost, packages: readonly string[], directory: string): PlannedHost["machine"] {
  if (host.lab === undefined || host.release === undefined) return undefined;
  const { architecture, cpus, memory, disk, accelerator, mirror, boot } = host.lab;
  return {
    name,
    directory,
    distribution: host.distribution,
    release: host.release,
    ...(architecture === undefined ? {} : { architecture }),
    cpus,
    memoryMiB: mebibytes(memory),
    diskGiB: Math.ceil(mebibytes(disk) / 1024),
    accelerator,
    packages: [...packages],
    ...(mirror === undefined ? {} : { mirror }),
    ...(boot === "direct" ? {} : { boot }),
    state: "running",
  };
}

function planImage(name: string, matrix: Matrix): PlannedImage {
  const image = matrix.images[name];
  if (image === undefined) throw new RangeError(`no image ${name}`);
  const { mmdebstrap, mirror, registry } = image.base;
  return {
    name,
    recipe: image.recipe,
    base:
      registry === undefined
        ? { kind: "mmdebstrap", suite: mmdebstrap ?? "", mirror }
        : { kind: "registry", reference: registry },
    builder: image.builder,
    ...(image.whenNotToBeHad === "skip" ? { whenNotToBeHad: "skip" as const } : {}),
    deliverTo: deliveries(name, matrix),
  };
}

/** Wherever a benchmark needs the image, once, in the order of the hosts. */
function deliveries(image: string, matrix: Matrix): PlannedImage["deliverTo"] {
  const users = Object.values(matrix.benchmarks).filter((benchmark) => imagesOf(benchmark).includes(image));
  return Object.keys(matrix.hosts).flatMap((host) => {
    const engines = new Set(users.filter((user) => user.hosts.includes(host)).flatMap((user) => user.engines ?? []));
    return [...engines].sort().map((engine) => ({ host, engine }));
  });
}

/** Wherever a benchmark needs the model, in the order of the hosts. */
function planModel(name: string, source: ModelSource, matrix: Matrix): PlannedModel {
  const users = Object.values(matrix.benchmarks).filter(({ model }) => model === name);
  return { name, source, deliverTo: Object.keys(matrix.hosts).filter((host) => users.some(({ hosts }) => hosts.includes(host))) };
}

function planBenchmark(name: string, benchmark: MatrixBenchmark, matrix: Matrix, stack: string): PlannedBenchmark {
  const variants = benchmark.hosts.flatMap((host) => planVariants(host, benchmark, matrix));
  const { test, parameters, seed, aaPair, noisyHost } = benchmark;
  return {
    name,
    test,
    stack,
    parameters,
    variants,
    baseline: benchmark.baseline ?? variants[0]?.id ?? "",
    design: { ...planBlocks(benchmark), seed, tolerance: fraction(benchmark.tolerance), aaPair, noisyHost },
  };
}

/** Looks of `blocks: auto`: the stopping rule of docs/sessions.md. */
const AUTO = [10, 20, 30];

function planBlocks({ blocks, budget }: MatrixBenchmark): Pick<PlannedBenchmark["design"], "blocks" | "looks" | "budgetSeconds"> {
  const looks = typeof blocks === "number" ? undefined : blocks === "auto" ? AUTO : blocks.look;
  const most = typeof blocks === "number" ? blocks : (looks?.at(-1) ?? 0);
  return {
    blocks: most,
    ...(looks === undefined ? {} : { looks }),
    ...(budget === undefined ? {} : { budgetSeconds: seconds(budget) }),
  };
}

function imagesOf({ image, images }: MatrixBenchmark): readonly string[] {
  return images ?? (image === undefined ? [] : [image]);
}

function planVariants(host: string, benchmark: MatrixBenchmark, matrix: Matrix): PlannedBenchmark["variants"] {
  const { distribution, release, tuning } = matrix.hosts[host] ?? {};
  const system = [distribution, release].filter((part) => part !== undefined).join(" ");
  const planned = planTuning(tuning, matrix.profiles);
  const model = benchmark.model === undefined ? undefined : matrix.models[benchmark.model];
  const labels = {
    distribution: system,
    ...(planned === undefined ? {} : { tuning: planned.profile }),
    ...(model === undefined ? {} : { model: describeModel(benchmark.model ?? "", model) }),
  };
  const given = {
    ...(planned?.slice === undefined ? {} : { slice: planned.slice }),
    ...(benchmark.model === undefined ? {} : { modelName: benchmark.model }),
  };
  if (benchmark.engines === undefined) return [{ id: host, host, labels, imageName: benchmark.image, ...given }];
  const compared = benchmark.images !== undefined;
  return benchmark.engines.flatMap((engine) =>
    (compared ? imagesOf(benchmark) : [benchmark.image]).map((imageName) => ({
      id: [host, engine, ...(compared ? [imageName] : [])].join("/"),
      host,
      engine,
      labels: { ...labels, engine, ...(compared && imageName !== undefined ? { image: imageName } : {}) },
      imageName,
      ...given,
    })),
  );
}
