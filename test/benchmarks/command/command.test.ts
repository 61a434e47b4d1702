import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { command } from "../../../benchmarks/command/index.ts";
import type { Measurement, Place } from "../../../benchmarks/define.ts";
import { type LocalHarness, startLocalHarness } from "../local-harness.ts";

let local: LocalHarness;
let directory: string;
before(() => {
  local = startLocalHarness();
  directory = mkdtempSync(join(tmpdir(), "distrobench-command-"));
});
after(async () => {
  await local.close();
  rmSync(directory, { recursive: true });
});

const variant = { id: "here", host: "here", machine: "here", environment: "e", labels: {} };

function run(given: Readonly<Record<string, unknown>>): Promise<Measurement> {
  return command.measure({ harness: local.harness } as Place, variant, given);
}

async function failure(given: Readonly<Record<string, unknown>>): Promise<string> {
  const measurement = await run(given);
  return measurement.outcome === "failed" ? measurement.cause : `not failed: ${JSON.stringify(measurement)}`;
}

/** Whether any process of this machine has the text among its words. */
function runs(text: string): boolean {
  return readdirSync("/proc").some((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(text);
    } catch {
      return false;
    }
  });
}

/** A killed process ends when the kernel gets to it; far sooner than its own end. */
async function gone(text: string): Promise<void> {
  for (let tries = 0; runs(text) && tries < 400; tries += 1) await setTimeout(25);
  assert.equal(runs(text), false);
}

test("without parameters the wall time of a command that does nothing is measured", async () => {
  const measurement = await run({});
  assert.ok(measurement.outcome === "measured" && (measurement.values.wall ?? 0) > 0);
});

test("one run can give several metrics, with its environment and working directory", async () => {
  const text = 'echo "{\\"a\\": [$N]}"; echo "p95 $N ms in $(pwd)" >&2';
  const measurement = await run({
    ...{ command: text, environment: { N: "20" }, workingDirectory: directory },
    metrics: {
      a: { from: "json", path: "a[0]", unit: "count", primary: true },
      p95: { from: "regex", pattern: `p95 (\\S+) ms in ${directory}`, unit: "s", scale: 0.001 },
      wall: { from: "wall" },
    },
  });
  assert.ok(measurement.outcome === "measured", JSON.stringify(measurement));
  assert.deepEqual([measurement.values.a, measurement.values.p95], [20, 0.02]);
  assert.ok((measurement.values.wall ?? 0) > 0);
});

test("of several runs per sample the median counts and every run is stored; each is prepared", async () => {
  const count = join(directory, "count");
  const numbers = await run({
    ...{ command: `wc -l <${count}`, prepare: `echo x >>${count}`, runs: 3 },
    metrics: { lines: { from: "regex", pattern: "(\\d+)", unit: "count" } },
  });
  assert.ok(numbers.outcome === "measured", JSON.stringify(numbers));
  assert.deepEqual(numbers.series?.lines, [1, 2, 3]);
  assert.equal(numbers.values.lines, 2);
});

test("of a command that prints without end the newest million characters are kept", async () => {
  const order = { command: `awk 'BEGIN { for (i = 1; i <= 400000; i++) print "line", i }'`, timeoutSeconds: 60, environment: {} };
  const ended = await local.harness.request("user-command", order, { timeoutSeconds: 120 });
  assert.ok(ended.outcome === "ended", JSON.stringify(ended).slice(0, 300));
  assert.equal(ended.stdout.length, 1_000_000);
  assert.ok(ended.stdout.endsWith("line 399999\nline 400000\n"));
});

test("a command that ends with an exit code is a failed sample with its output", async () => {
  assert.match(await failure({ command: "echo out; echo err >&2; exit 7" }), /^exit code 7 after \S+ s\n(out\nerr|err\nout)$/);
});

test("what prepares a run and fails is named", async () => {
  assert.match(await failure({ prepare: "echo no disk; exit 3" }), /^prepare: exit code 3 .*\nno disk$/);
});

test("a metric that was not printed makes the sample a failed one that shows what was", async () => {
  const metrics = { p95: { from: "regex", pattern: "p95 (\\S+)", unit: "s" } };
  assert.match(await failure({ command: "echo p50 3", metrics }), /^metric p95: nothing matches .*\np50 3$/s);
  assert.match(await failure({ metrics }), /nothing was printed/);
});

test("a time-out ends the whole process group, also what runs in the background", async () => {
  const cause = await failure({ command: "echo begun; sleep 98.7654 & sleep 98.7654", timeoutSeconds: 1 });
  assert.match(cause, /^no end after 1 s\nbegun$/);
  await gone("98.7654");
});

test("what a command leaves in the background does not outlive it", async () => {
  const measurement = await run({ command: "sleep 97.6543 >/dev/null 2>&1 &" });
  assert.equal(measurement.outcome, "measured");
  await gone("97.6543");
});

test("the end of the session ends a running command", async () => {
  const other = startLocalHarness();
  const mark = join(directory, "begun");
  const running = command.measure({ harness: other.harness } as Place, variant, { command: `touch ${mark}; sleep 96.5432` });
  const ended = assert.rejects(running);
  while (!existsSync(mark)) await setTimeout(20);
  await other.close();
  await ended;
  await gone("96.5432");
});

test("a variant without engine or image cannot run it in a container", async () => {
  assert.match(await failure({ where: "container" }), /names no engine or no image/);
});

for (const [what, given, message] of [
  ["several metrics without a primary one", { a: { from: "wall" }, b: { from: "wall" } }, /exactly one metric with primary/],
  ["a pattern that does not compile", { a: { from: "regex", pattern: "(", unit: "s" } }, /regular expression/],
  ["a pattern without a group", { a: { from: "regex", pattern: "x", unit: "s" } }, /group around the number/],
  ["a unit that is none", { a: { from: "json", path: "x", unit: "ms" } }, /"s"\|"B"\|"1\/s"\|"ratio"\|"count"/],
] as const) {
  test(`${what} is refused before anything runs`, () => {
    const result = command.parameters.safeParse({ metrics: given });
    assert.match(result.error?.issues.map(({ message: text }) => text).join("; ") ?? "", message);
  });
}

test("the declared metrics are the session's, with unit, direction and title", () => {
  const metrics = { rate: { from: "json", path: "x", unit: "1/s", better: "higher", title: "requests per second" } };
  assert.deepEqual(command.metricsOf({ metrics }), [
    { name: "rate", title: "requests per second", unit: "1/s", better: "higher", primary: true, kind: "result" },
  ]);
});
