import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { parse } from "yaml";
import { restartMachine } from "../../hosts/index.ts";
import { removeMachine } from "../../hosts/lab/index.ts";
import { forgetStack } from "./launcher.ts";
import { distrobench, root } from "./project.ts";
import { DEMO_KNOBS, INDEXER, OWN_KNOBS } from "./tuning/demo-knobs.ts";

type HostName = "stock" | "serving";
type Values = Readonly<Record<string, string>>;

const stack = "zz-tuning-demo";
const HOSTS: readonly HostName[] = ["stock", "serving"];
const matrix = join(root, `stacks/${stack}.yaml`);
const state = join(root, `.distrobench/state/.pulumi/stacks/distrobench/${stack}.json`);
const machine = (host: HostName) => `.distrobench/lab/${stack}/${host}`;
const run = promisify(execFile);
const knobs = Object.entries(DEMO_KNOBS);

/** The hosts of the demonstration, small, without its images and measurements, and with a knob of every further kind. */
function declare(): void {
  const demo = parse(readFileSync(join(root, "stacks/tuning-demo.yaml"), "utf8")) as {
    hosts: Record<HostName, { tuning: string }>;
  };
  const { stock, serving } = demo.hosts;
  const lab = { cpus: 2, memory: "1GiB", disk: "8GiB" };
  const hosts = {
    stock: { ...stock, lab },
    serving: { ...serving, lab, tuning: { profile: serving.tuning, knobs: OWN_KNOBS } },
  };
  const distributions = { debian: { setup: [INDEXER] } };
  writeFileSync(matrix, JSON.stringify({ version: 1, title: "Tuning", distributions, hosts }, undefined, 1));
}

async function onHost(host: HostName, command: string): Promise<string> {
  const words = ["-F", join(root, machine(host), "ssh_config"), "-o", "ConnectTimeout=20", host, command];
  return (await run("ssh", words, { timeout: 120_000 })).stdout.trim();
}

/** The knobs as plain commands see them, which are none of the product's. */
async function valuesOf(host: HostName): Promise<Values> {
  const script = knobs.map(([knob, { read }]) => `printf '%s\\t%s\\n' ${knob} "$(${read})"`).join("\n");
  const lines = (await onHost(host, script)).split("\n").map((line) => line.split("\t"));
  return Object.fromEntries(lines.map(([knob = "", value = ""]) => [knob, value]));
}

async function upSucceeds(): Promise<string> {
  const { code, output } = await distrobench("up", stack);
  assert.equal(code, 0, output);
  return output;
}

/** What a plain preview says of knobs: `expected ..., found ...` by knob. The tuning is all that it would change. */
async function driftShown(): Promise<Values> {
  const { code, output } = await distrobench("preview", stack);
  assert.equal(code, 0, output);
  assert.match(output, /Tuning serving +update/);
  assert.match(output, /~ 1 to update\n +\d+ unchanged/);
  assert.doesNotMatch(output, /stock: /);
  const told = output.matchAll(/^ +warning: serving: (\S+): (expected .*, found .*)$/gm);
  return Object.fromEntries([...told].map(([, knob = "", text = ""]) => [knob, text]));
}

/** What a preview is to say after a change by hand, or after a restart. */
function expected(when: "changed" | "restarted"): Values {
  return Object.fromEntries(
    knobs.flatMap(([knob, { [when]: text }]): [string, string][] => (text === undefined ? [] : [[knob, text]])),
  );
}

/** Starts a host again from inside, and waits until its new kernel runs what it runs at every boot. */
async function restart(host: HostName): Promise<void> {
  const bootId = async () => await onHost(host, "cat /proc/sys/kernel/random/boot_id");
  const earlier = await bootId();
  await onHost(host, "systemctl --no-block reboot");
  // QEMU ends when a guest that it gave its kernel wants to start again: the machine is switched on from here, with its disk.
  await restartMachine(root, machine(host), {
    ...{ disk: "kept", signal: AbortSignal.timeout(120_000) },
    onExec: () => undefined,
  });
  const end = performance.now() + 300_000;
  while ((await bootId().catch(() => earlier)) === earlier) {
    assert.ok(performance.now() < end, `${host} does not answer after its restart`);
    await sleep(1000);
  }
  await onHost(host, "until systemctl is-active --quiet indexer; do sleep 0.5; done");
}

/** Everything that the backend keeps of the stack, out of its sight; gives what brings it back. */
function loseState(): () => void {
  const files = readdirSync(dirname(state)).filter((name) => name.startsWith(basename(state)));
  const kept = join(root, `.distrobench/${stack}-kept`);
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept);
  for (const name of files) renameSync(join(dirname(state), name), join(kept, name));
  return () => {
    for (const name of files) renameSync(join(kept, name), join(dirname(state), name));
  };
}

describe("the demonstration of tuning on real kernels", { concurrency: false, timeout: 1_800_000 }, () => {
  const tuned: Values = Object.fromEntries(knobs.map(([knob, { tuned: value }]) => [knob, value]));
  let stock: Values;

  before(async () => {
    declare();
    assert.equal((await distrobench("destroy", stack)).code, 0);
  });
  after(async () => {
    await distrobench("destroy", stack);
    // Whatever became of the stack and of its state.
    for (const host of HOSTS) await removeMachine(root, machine(host));
    forgetStack(stack);
  });

  it("sets a knob of every kind on one machine, says which one it took for another, and none on its twin", async () => {
    const output = await upSucceeds();
    assert.match(output, /serving: sched\.latency_ns: kernel 6\.\d+ has no latency_ns: base_slice_ns was set instead/);
    stock = await valuesOf("stock");
    assert.deepEqual(await valuesOf("serving"), tuned);
    const same = knobs.map(([knob]) => knob).filter((knob) => stock[knob] === tuned[knob]);
    assert.deepEqual(same, ["numa.balancing"]);
  });

  it("shows every knob that somebody changed in a plain preview, with what was expected and found, and repairs them all", async () => {
    await onHost("serving", ["set -e", ...knobs.map(([, { byHand }]) => byHand)].join("\n"));
    assert.deepEqual(await driftShown(), expected("changed"));
    await upSucceeds();
    assert.deepEqual(await valuesOf("serving"), tuned);
    const { output } = await distrobench("preview", stack);
    assert.match(output, /Resources:\s+\d+ unchanged/);
  });

  it("shows what a restart took, which is what the kernel forgets, and sets it again", async () => {
    await restart("serving");
    const booted = knobs.map(([knob, { restarted }]) => [knob, restarted === undefined ? tuned[knob] : stock[knob]]);
    assert.deepEqual(await valuesOf("serving"), Object.fromEntries(booted));
    assert.deepEqual(await driftShown(), expected("restarted"));
    await upSucceeds();
    assert.deepEqual(await valuesOf("serving"), tuned);
  });

  it("puts every knob back from the host's own record when the state is lost, and then has nothing more to put back", async () => {
    const bringBack = loseState();
    const { code, output } = await distrobench("restore", "serving", "--stack", stack);
    assert.equal(code, 0, output);
    assert.match(output, /^serving: \d+ values and 0 files put back\.$/m);
    assert.deepEqual(await valuesOf("serving"), stock);
    const again = await distrobench("restore", "serving", "--stack", stack);
    assert.match(
      again.output,
      /^serving: nothing to put back: it has no record of a tuning, of files or of packages that zz-tuning-demo left\.$/m,
    );
    bringBack();
  });

  it("tunes that host again by the state that was found again", async () => {
    await upSucceeds();
    assert.deepEqual(await valuesOf("serving"), tuned);
  });

  it("is destroyed with both machines as they were found, after all that", async () => {
    const { code, output } = await distrobench("destroy", stack);
    assert.equal(code, 0, output);
    for (const host of HOSTS) assert.match(output, new RegExp(`${host}: as it was found`));
    assert.doesNotMatch(output, /left alone|not taken back|not compared|differences from/);
  });
});
