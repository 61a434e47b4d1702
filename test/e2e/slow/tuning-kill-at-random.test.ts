import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { differences, inWords, type Snapshot, sizes, snapshotOf } from "../../lab/host-snapshot.ts";
import { bootMachines, type Machines } from "../../lab/machines.ts";
import { forgetStack } from "../launcher.ts";
import { descendants, distrobench, newestOperations, root, start } from "../project.ts";
import { MANY_KNOBS } from "../tuning/many-knobs.ts";

const stack = "zz-kill";
/** Each takes a minute or two on emulated machines. */
const RUNS = Number(process.env.DISTROBENCH_KILLS ?? 20);
const SEED = Number(process.env.DISTROBENCH_SEED ?? 1);
/** Emulated kernels that may panic by themselves in all these runs. */
const MOST_LOSSES = 2;
const MOMENTS = ["create", "update", "delete"] as const;
type Moment = (typeof MOMENTS)[number];

describe("kill -9 of everything at a random moment", { concurrency: false }, () => {
  const random = xoroshiro128plus(SEED);
  let machines: Machines;
  let found: readonly Snapshot[];
  let losses = 0;
  /** Of all runs that were killed and compared. */
  const total: string[][] = [];
  /** Milliseconds an operation takes when nobody kills it: where the moments are drawn from. */
  const lasts: Record<Moment, number> = { create: 0, update: 0, delete: 0 };

  async function boot(): Promise<void> {
    machines = await bootMachines(["one", "two"], []);
    found = await Promise.all(machines.all.map(snapshotOf));
  }

  before(boot);
  after(async () => {
    process.stdout.write(`seed ${SEED}: ${total.length} of ${RUNS} runs compared, ${inWords(total.flat())}\n`);
    forgetStack(stack);
    await machines?.stop();
  });

  /** Packages take longest to come and go, so only some runs have them. */
  function matrix(more: Readonly<Record<string, string>>, packages: readonly string[]): void {
    const knobs = Object.entries({ ...MANY_KNOBS, ...more }).map(([knob, value]) => `${knob}: "${value}"`);
    const hosts = machines.all.map(
      ({ name, access }) =>
        `  ${name}: { distribution: debian, ssh: ${access}, tuning: { profile: latency, knobs: { ${knobs.join(", ")} } } }`,
    );
    const lines = ["version: 1", "title: Killed", `packages: [${packages.join(", ")}]`, "hosts:", ...hosts];
    writeFileSync(join(root, `stacks/${stack}.yaml`), `${lines.join("\n")}\n`);
  }

  async function whole(moment: Moment, words: readonly string[]): Promise<void> {
    const begin = performance.now();
    const { code, output } = await distrobench(...words, stack);
    assert.equal(code, 0, output);
    lasts[moment] = performance.now() - begin;
  }

  async function killed(moment: Moment, words: readonly string[]): Promise<number> {
    const running = start([...words, stack]);
    const milliseconds = uniformInt(random, 0, Math.round(lasts[moment]));
    await Promise.race([sleep(milliseconds), running.ended]);
    for (const pid of descendants(running.child.pid ?? 0)) kill(pid);
    await running.ended;
    return milliseconds;
  }

  async function compare(what: string): Promise<string[]> {
    const now = await Promise.all(machines.all.map(snapshotOf));
    const wrong = now.flatMap((snapshot, index) => differences(found[index] ?? new Map(), snapshot));
    process.stdout.write(`${what}: ${inWords(wrong)}\n`);
    return wrong;
  }

  it("takes at least 40 knobs on two machines, and a whole up, change and destroy leave both as they were found", async () => {
    matrix({}, ["curl"]);
    await whole("create", ["up"]);
    matrix(CHANGED, ["curl"]);
    await whole("update", ["up"]);
    assert.ok(newestOperations(stack).some(({ operation }) => operation === "update"));
    const now = await Promise.all(machines.all.map(snapshotOf));
    const moved = now.map((snapshot, index) => differences(found[index] ?? new Map(), snapshot).filter(isKnob).length);
    process.stdout.write(`snapshot: ${JSON.stringify(sizes(now[0] ?? new Map()))}; knobs that differ while tuned: ${moved}\n`);
    assert.ok(
      moved.every((count) => count >= 40),
      `${moved} knobs differ while tuned`,
    );
    await whole("delete", ["destroy"]);
    assert.deepEqual(await compare("whole"), []);
  });

  for (let run = 1; run <= RUNS; run += 1) {
    const moment = MOMENTS[(run - 1) % MOMENTS.length] ?? "create";
    it(`during ${moment} leaves nothing after a destroy (run ${run} of ${RUNS})`, async () =>
      await onLivingMachines(run, moment));
  }

  /** An emulator that ends by itself says nothing about what a destroy leaves: such a run is told, and done again on new machines. */
  async function onLivingMachines(run: number, moment: Moment): Promise<void> {
    try {
      await killAndDestroy(run, moment);
    } catch (error) {
      const ended = await machines.ended();
      losses += ended.length;
      if (ended.length === 0 || losses > MOST_LOSSES) throw error;
      process.stdout.write(`run ${run}, seed ${SEED}: not compared, because a machine ended by itself: ${ended.join("; ")}\n`);
      await machines.stop();
      forgetStack(stack);
      await boot();
      await killAndDestroy(run, moment);
    }
  }

  async function killAndDestroy(run: number, moment: Moment): Promise<void> {
    const packages = run % 4 === 1 ? ["curl"] : [];
    matrix({}, packages);
    if (moment !== "create") await whole("create", ["up"]);
    if (moment === "update") matrix(CHANGED, packages);
    const at = await killed(moment, moment === "delete" ? ["destroy"] : ["up"]);
    const { code, output } = await distrobench("destroy", stack);
    assert.equal(code, 0, output);
    const wrong = await compare(`run ${run}, seed ${SEED}: killed ${(at / 1000).toFixed(1)} s into ${moment}`);
    total.push(wrong);
    assert.deepEqual(wrong, []);
  }
});

/** Values other than those of the first `up`, some knobs more, and one that goes. */
const CHANGED = { "sysctl.vm.swappiness": "20", "sysctl.vm.dirty_ratio": "35", "slice.model.cpu.weight": "300" } as const;

const isKnob = (line: string): boolean => /^(sysctl|knob|swap) /.test(line);

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended in between.
  }
}
