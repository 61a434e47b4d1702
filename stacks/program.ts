import * as pulumi from "@pulumi/pulumi";
import { instrumentDigest } from "../benchmarks/index.ts";
import { Benchmark } from "../benchmarks/resource.ts";
import { type Connection, UserError } from "../hosts/index.ts";
import { LabMachine } from "../hosts/lab/resource.ts";
import { Host, Packages } from "../hosts/resource.ts";
import { DeliveredModel } from "../images/models/resource.ts";
import { BuiltImage, DeliveredImage } from "../images/resource.ts";
import { Tuning } from "../kernel-tuning/resource.ts";
import { Report } from "../report/resource.ts";
import { dockerAddress } from "./builder.ts";
import { connectionOf } from "./connections.ts";
import { declareOwn, ownDigests } from "./declare-steps.ts";
import { disturbersOf } from "./disturbers.ts";
import { environmentDigest } from "./environment.ts";
import { loadPlan } from "./load.ts";
import { lockInUse } from "./lock.ts";
import { NOISY_HOST_VARIABLE } from "./noisy-host.ts";
import type { Plan, PlannedBenchmark, PlannedHost, PlannedImage, PlannedModel } from "./plan.ts";
import { tuningsOf } from "./tunings.ts";

interface DeclaredHost {
  readonly planned: PlannedHost;
  readonly connection: pulumi.Output<Connection>;
  readonly machine: LabMachine | undefined;
  readonly host: Host;
  readonly packages: Packages;
  /** The last of the packages and the user's own steps. */
  readonly ready: pulumi.Resource;
  readonly tuning: Tuning | undefined;
  readonly environment: pulumi.Output<string>;
}

/** What benchmarks measure with. */
interface Delivered {
  readonly images: ReadonlyMap<string, DeclaredImage>;
  /** By `model/host`. */
  readonly models: ReadonlyMap<string, DeliveredModel>;
}

interface DeclaredImage {
  readonly built: BuiltImage;
  /** By `host/engine`. */
  readonly delivered: ReadonlyMap<string, DeliveredImage>;
}

/** Declares the stack that Pulumi has selected, from `stacks/<stack>.yaml` below the root, and returns its outputs. */
export function declareStack(root: string) {
  try {
    return declare(root, loadPlan(root, pulumi.getStack()));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // Pulumi prints this kind without a stack trace.
    throw new pulumi.RunError([error.message, error.remedy].filter((part) => part !== undefined).join("\n"));
  }
}

function declare(root: string, plan: Plan) {
  const lock = lockInUse(root, plan.stack, process.env);
  const hosts = new Map(plan.hosts.map((host) => [host.name, declareHost(root, host, lock)]));
  const images = new Map(plan.images.map((image) => [image.name, declareImage(root, plan.stack, image, hosts)]));
  const models = new Map(plan.models.flatMap((model) => declareModel(model, hosts)));
  const benchmarks = plan.benchmarks.map((benchmark) => ({
    name: benchmark.name,
    resource: declareBenchmark(plan, benchmark, hosts, { images, models }),
  }));
  const report = new Report(plan.stack, {
    stack: plan.stack,
    title: plan.title,
    sessions: pulumi.all(benchmarks.map(({ resource }) => resource.session)),
    directory: plan.report.directory,
  });
  const perBenchmark = <Value>(pick: (benchmark: Benchmark) => Value) =>
    Object.fromEntries(benchmarks.map(({ name, resource }) => [name, pick(resource)]));
  return {
    hosts: mapValues(hosts, ({ host, packages, tuning }) => ({
      facts: host.facts,
      preflight: host.preflight,
      packages: packages.installed,
      added: packages.added,
      engines: packages.engines,
      ...(tuning === undefined ? {} : { tuning: tuning.reports }),
    })),
    images: mapValues(images, ({ built, delivered }) => ({
      base: built.base,
      baseDigest: built.baseDigest,
      packages: built.packages,
      digests: mapValues(delivered, ({ configDigest }) => configDigest),
    })),
    models: mapValues(models, ({ path, sha256 }) => ({ path, sha256 })),
    metrics: perBenchmark(({ metrics }) => metrics),
    verdicts: perBenchmark(({ verdicts }) => verdicts),
    sessions: perBenchmark(({ session }) => session),
    report: report.html,
  };
}

function declareHost(root: string, planned: PlannedHost, lock: ReturnType<typeof lockInUse>): DeclaredHost {
  const { name, distribution, release } = planned;
  const connection = connectionOf(planned);
  const machine = planned.machine === undefined ? undefined : new LabMachine(name, planned.machine);
  const wanted = { name, connection, distribution, ...(release === undefined ? {} : { release }) };
  // A machine that is made anew is another host: its inventory is taken again.
  const after = machine === undefined ? {} : { dependsOn: machine, replaceWith: [machine] };
  const host = new Host(name, wanted, after);
  const place = { root, planned, connection, machine, host };
  const packages = new Packages(
    name,
    { host: name, connection, distribution, wanted: [...planned.packages], ...lockedPackages(planned, lock) },
    { dependsOn: declareOwn(place, "before-packages", host) },
  );
  const ready = declareOwn(place, "after-packages", packages);
  const tuning = declareTuning(planned, connection, host, ready);
  const own = ownDigests(root, planned);
  const environment = pulumi
    .all([host.facts, packages.installed, packages.engines, tuning?.readBack])
    .apply(([facts, installed, engines, readBack]) => environmentDigest(facts, { installed, engines }, readBack, own));
  return { planned, connection, machine, host, packages, ready, tuning, environment };
}

/** Versions of another distribution mean nothing here. */
function lockedPackages({ name, distribution }: PlannedHost, lock: ReturnType<typeof lockInUse>) {
  const locked = lock?.lock.hosts[name];
  if (locked === undefined || locked.distribution !== distribution) return {};
  return { versions: locked.packages, whenNotToBeHad: lock?.lenient === true ? ("newest" as const) : ("fail" as const) };
}

/** After the packages: what they install may start services, and bring interrupts and settings of its own. */
function declareTuning(
  { name, distribution, tuning }: PlannedHost,
  connection: pulumi.Output<Connection>,
  host: Host,
  ready: pulumi.Resource,
): Tuning | undefined {
  if (tuning === undefined) return undefined;
  const { slice: _slice, ...wishes } = tuning;
  const args = { ...wishes, host: name, connection, distribution, machine: host.machine };
  return new Tuning(name, args, { dependsOn: [host, ready] });
}

function declareImage(
  root: string,
  stack: string,
  planned: PlannedImage,
  hosts: ReadonlyMap<string, DeclaredHost>,
): DeclaredImage {
  const builder = expect(hosts, planned.builder);
  const { name, recipe, base, whenNotToBeHad } = planned;
  const address = dockerAddress(root, stack, builder.planned, builder.machine);
  const built = new BuiltImage(
    name,
    { root, stack, recipe, base, whenNotToBeHad, builder: { host: planned.builder, connection: builder.connection, ...address } },
    { dependsOn: builder.ready },
  );
  const source = pulumi.output({ host: planned.builder, connection: builder.connection, engine: "docker" as const });
  const delivered = planned.deliverTo.map(({ host, engine }) => {
    const target = expect(hosts, host);
    const args = { host, connection: target.connection, engine, image: built.tag, builder: source, source: built.source };
    const options = { dependsOn: [target.ready, builder.ready, built] };
    return [`${host}/${engine}`, new DeliveredImage(`${name}-${host}-${engine}`, args, options)] as const;
  });
  return { built, delivered: new Map(delivered) };
}

function declareModel(
  { name, source, deliverTo }: PlannedModel,
  hosts: ReadonlyMap<string, DeclaredHost>,
): readonly (readonly [string, DeliveredModel])[] {
  return deliverTo.map((host) => {
    const target = expect(hosts, host);
    const args = { host, connection: target.connection, model: name, source };
    return [`${name}/${host}`, new DeliveredModel(`${name}-${host}`, args, { dependsOn: [target.host] })] as const;
  });
}

function declareBenchmark(
  plan: Plan,
  { variants, ...planned }: PlannedBenchmark,
  hosts: ReadonlyMap<string, DeclaredHost>,
  delivered: Delivered,
): Benchmark {
  const used = [...new Set(variants.map(({ host }) => host))].map((host) => expect(hosts, host));
  return new Benchmark(
    planned.name,
    {
      ...planned,
      variants: pulumi.output(variants.map((variant) => declareVariant(variant, hosts, delivered))),
      connections: pulumi.output(Object.fromEntries(used.map(({ planned: { name }, connection }) => [name, connection]))),
      tunings: tuningsOf(
        used.flatMap(({ planned: { name }, tuning }) => (tuning === undefined ? [] : [[name, tuning] as const])),
      ),
      ...(process.env[NOISY_HOST_VARIABLE] === "1" ? { noisyRun: true } : {}),
      instrument: instrumentDigest(planned.test),
    },
    { dependsOn: settledFirst(plan, new Set(used.map(({ planned: { name } }) => name)), hosts, delivered) },
  );
}

/** Everything that is set up on the hosts of a benchmark, or beside them: measuring begins when that is over. */
function settledFirst(
  plan: Plan,
  used: ReadonlySet<string>,
  hosts: ReadonlyMap<string, DeclaredHost>,
  { images, models }: Delivered,
): pulumi.Resource[] {
  const still = disturbersOf(plan.hosts, used);
  const ready = [...still]
    .map((name) => expect(hosts, name))
    .flatMap(({ ready: last, tuning }) => (tuning === undefined ? [last] : [last, tuning]));
  const delivered = plan.images.flatMap(({ name, builder, deliverTo }) =>
    deliverTo
      .filter(({ host }) => still.has(builder) || still.has(host))
      .map(({ host, engine }) => expect(expect(images, name).delivered, `${host}/${engine}`)),
  );
  const brought = plan.models.flatMap(({ name, deliverTo }) =>
    deliverTo.filter((host) => still.has(host)).map((host) => expect(models, `${name}/${host}`)),
  );
  return [...ready, ...delivered, ...brought];
}

function declareVariant(
  { imageName, modelName, ...variant }: PlannedBenchmark["variants"][number],
  hosts: ReadonlyMap<string, DeclaredHost>,
  { images, models }: Delivered,
) {
  const { host, environment, tuning } = expect(hosts, variant.host);
  const image = images.get(imageName ?? "");
  const model = models.get(`${modelName}/${variant.host}`);
  const delivered = image?.delivered.get(`${variant.host}/${variant.engine}`);
  return {
    ...variant,
    machine: host.machine,
    environment,
    ...(tuning === undefined ? {} : { tuning: tuning.readBack }),
    ...(image === undefined || delivered === undefined ? {} : imageOf(image.built, delivered)),
    ...(model === undefined || modelName === undefined
      ? {}
      : { model: { name: modelName, path: model.path, sha256: model.sha256 } }),
  };
}

function imageOf({ tag, unavailable }: BuiltImage, { configDigest }: DeliveredImage) {
  return { image: tag, imageDigest: configDigest, unavailable };
}

function expect<Value>(map: ReadonlyMap<string, Value>, name: string): Value {
  const value = map.get(name);
  if (value === undefined) throw new RangeError(`${name} is not declared`);
  return value;
}

function mapValues<Value, Result>(map: ReadonlyMap<string, Value>, change: (value: Value) => Result): Record<string, Result> {
  return Object.fromEntries([...map].map(([name, value]) => [name, change(value)]));
}
