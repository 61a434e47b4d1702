import assert from "node:assert/strict";
import { packagesHandler } from "../../hosts/handler.ts";
import { distributionOf, examineHost, gatherFacts, type OperationContext, sh } from "../../hosts/index.ts";
import { packagesInputs } from "../../hosts/schema.ts";
import type { ContractHost } from "./contract-hosts.ts";
import { takeProfile } from "./contract-tuning.ts";
import { operationContext } from "./operation-context.ts";

/** What every distribution must be able to do, in this order. */
export const operations: readonly (readonly [string, (host: ContractHost) => Promise<void>])[] = [
  ["is known as what it is", detect],
  ["is examined: its command line file, kernel packages, Python 3.11, drivers", examine],
  ["takes a package with what it needs, and gives exactly that back", bringAndTake],
  ["takes the version of a lock file, and refuses another", locked],
  ["holds its kernel and releases it", holdKernel],
  ["starts, stops, enables and disables a service, each as often as wanted", service],
  ["has cgroup v2 with its controllers, where need be after the printed steps", cgroup],
  ["takes a profile of every kind of knob, and gives exactly that back", takeProfile],
];

const PYTHON = { pureos: "native" } as const satisfies Record<string, string>;

async function detect({ transport, distribution, names, model }: ContractHost): Promise<void> {
  const facts = await gatherFacts(transport);
  assert.equal(facts.distribution, distribution);
  const known = (facts.more["release.names"] ?? "").split(" ");
  for (const name of names) assert.ok(known.includes(name), `${name} is not in ${known.join(" ")}`);
  assert.equal(facts.init, distribution === "alpine" ? "openrc" : "systemd");
  assert.match(facts.libc, distribution === "alpine" ? /musl/ : /glibc|GLIBC/i);
  assert.match(facts.kernel, /^\d+\.\d+\.\d+/);
  assert.ok(facts.memoryBytes > 2 ** 29 && facts.cpus === 2 && facts.bootId.length === 36);
  if (model !== undefined) assert.equal(facts.more["board.model"], model);
}

async function examine({ transport, distribution }: ContractHost): Promise<void> {
  const path = distributionOf(distribution).commandLine[0]?.path ?? "";
  await transport.run(sh`[ ! -e ${path} ] || { echo ${`${path} is there`} >&2; exit 1; }`);
  await transport.write("quiet\n", { path, mode: 0o644 });
  try {
    const { verdicts, drivers, facts } = await examineHost(transport, { distribution, packages: ["git"] });
    const found = (check: string) => verdicts.find((verdict) => verdict.check === check);
    assert.equal(found("distribution")?.status, "pass");
    assert.ok(found("kernel command line")?.found.startsWith(path));
    assert.match(found("kernel held")?.found ?? "", /not held/);
    assert.ok(found("kernel held")?.found.startsWith(facts.kernel));
    const python = Object.entries(PYTHON).find(([name]) => name === distribution)?.[1] ?? "container";
    assert.ok(found("Python 3.11")?.found.startsWith(python));
    assert.equal(found("package git")?.status, "warn", "there is no package index yet");
    assert.deepEqual(drivers.devices, []);
  } finally {
    await transport.run(sh`rm -f ${path}`);
  }
}

async function bringAndTake(host: ContractHost): Promise<void> {
  const { packages } = distributionOf(host.distribution);
  const before = await installed(host);
  const inputs = wanted(host, {});
  const context = contextOf(host);
  const { outputs } = await packagesHandler.create(context, inputs);
  assert.deepEqual(outputs.added, ["git", "libcontract"]);
  assert.equal(outputs.installed.git, host.git);
  assert.equal((await installed(host)).get("git"), host.git);
  const candidates = await host.transport.run(packages.listCandidates(["git"]));
  assert.equal(packages.parseCandidates(candidates.stdout).get("git"), host.git);
  const again = await packagesHandler.update(context, { id: "x", inputs, outputs }, inputs);
  assert.deepEqual(again.added, outputs.added);
  await packagesHandler.delete(context, { id: "x", inputs, outputs });
  assert.deepEqual(await installed(host), before);
  assert.equal((await host.transport.run(packages.hasIndex)).stdout.trim(), "", "the package index is gone again");
}

async function locked(host: ContractHost): Promise<void> {
  const context = contextOf(host);
  const inputs = wanted(host, { git: host.git });
  const { outputs } = await packagesHandler.create(context, inputs);
  assert.equal(outputs.installed.git, host.git);
  await packagesHandler.delete(context, { id: "x", inputs, outputs });
  const before = await installed(host);
  let partial: typeof outputs | undefined;
  await assert.rejects(packagesHandler.create(context, wanted(host, { git: "0.1-1" })), (error: { outputs?: typeof outputs }) => {
    partial = error.outputs;
    return true;
  });
  if (partial !== undefined) await packagesHandler.delete(context, { id: "x", inputs, outputs: partial });
  assert.deepEqual(await installed(host), before);
}

async function holdKernel(host: ContractHost): Promise<void> {
  const { packages, kernelPackages } = distributionOf(host.distribution);
  const { kernel } = await gatherFacts(host.transport);
  const kernels = kernelPackages([...(await installed(host)).keys()], kernel);
  assert.ok(kernels.length > 0, `no package of ${kernel} among the installed ones`);
  const held = async () => packages.parseHeld((await host.transport.run(packages.listHeld)).stdout).sort();
  const before = await held();
  for (const _ of [1, 2]) await host.transport.run(packages.hold(kernels));
  assert.deepEqual(await held(), [...new Set([...before, ...kernels])].sort());
  await host.transport.run(packages.unhold(kernels));
  assert.deepEqual(await held(), before);
}

async function service({ transport, distribution }: ContractHost): Promise<void> {
  const { services } = distributionOf(distribution);
  const state = async () => (await transport.run(services.states(["demo"]))).stdout.trim();
  const atBoot = async () => (await transport.run(services.enablement(["demo"]))).stdout.trim();
  assert.deepEqual([await state(), await atBoot()], ["demo inactive", "demo disabled"]);
  for (const _ of [1, 2]) await transport.run(services.start("demo"));
  for (const _ of [1, 2]) await transport.run(services.enable("demo"));
  assert.deepEqual([await state(), await atBoot()], ["demo active", "demo enabled"]);
  for (const _ of [1, 2]) await transport.run(services.stop("demo"));
  for (const _ of [1, 2]) await transport.run(services.disable("demo"));
  assert.deepEqual([await state(), await atBoot()], ["demo inactive", "demo disabled"]);
}

async function cgroup({ transport, distribution }: ContractHost): Promise<void> {
  const { cgroup: steps, services } = distributionOf(distribution);
  // Not by stat: busybox's has no name for the file system.
  const isMounted = sh`grep -q '^[^ ]* /sys/fs/cgroup cgroup2 ' /proc/mounts`;
  const unified = async () => (await transport.run(isMounted, { accept: "any" })).exitCode === 0;
  if (services.kind === "openrc") {
    assert.equal(await unified(), false);
    await transport.run(sh`sh -c ${steps.enable.join(" && ")}`);
  }
  assert.equal(await unified(), true);
  const { cgroupVersion, cgroupControllers } = await gatherFacts(transport);
  assert.equal(cgroupVersion, 2);
  for (const name of ["cpu", "cpuset", "io", "memory", "pids"]) assert.ok(cgroupControllers.includes(name), name);
}

async function installed({ transport, distribution }: ContractHost): Promise<Map<string, string>> {
  const { listInstalled, parseInstalled } = distributionOf(distribution).packages;
  return parseInstalled((await transport.run(listInstalled)).stdout);
}

function wanted({ distribution }: ContractHost, versions: Readonly<Record<string, string>>) {
  const connection = { kind: "local", host: "contract" };
  return packagesInputs.parse({ host: "contract", connection, distribution, wanted: ["git"], versions });
}

const contextOf = ({ transport }: ContractHost): OperationContext => operationContext(transport);
