import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ForeignCpu, foreignShare } from "../../../benchmarks/harness/foreign-cpu.ts";
import { parseProcess } from "../../../benchmarks/harness/proc.ts";
import { toMeasurement } from "../../../benchmarks/steady-load/measurement.ts";
import { judge } from "../../../benchmarks/validity/rules.ts";
import { programOrder, startLocalHarness } from "../local-harness.ts";

const from = { all: 100, busy: 40, own: 10 };

test("what is foreign is what the host's CPUs did, less what the measurement did, as a share of all CPUs", () => {
  assert.equal(foreignShare(from, { all: 140, busy: 70, own: 30 }), 10 / 40);
  assert.equal(foreignShare(from, { all: 140, busy: 60, own: 30 }), 0);
});

test("a measurement that the kernel counted more for than the whole host is alone, and no window of a few ticks says anything", () => {
  assert.equal(foreignShare(from, { all: 140, busy: 60, own: 30.5 }), 0);
  assert.equal(foreignShare(from, { all: 101.9, busy: 41, own: 10 }), undefined);
});

test("a window whose container is gone lasts until the look before", () => {
  const usage = ["1000000000", "3000000000", ""];
  const group = { version: 1, processes: () => [], read: () => usage.shift() ?? "" } as const;
  const foreign = new ForeignCpu({ group, pid: 0 });
  foreign.look();
  const share = foreign.share();
  foreign.look();
  assert.equal(foreign.share(), share);
  assert.equal(usage.length, 0);
});

function spinner() {
  return spawn(process.execPath, ["-e", "for (;;) ;"]);
}

test("the work of what is measured is not foreign, and that of everything else is", async () => {
  const child = spinner();
  try {
    await once(child, "spawn");
    const pid = child.pid ?? 0;
    // Whatever else runs on this machine is in both.
    const [measuresIt, measuresNothing] = [pid, 0].map((measured) => new ForeignCpu({ group: undefined, pid: measured }));
    const ticks = () => parseProcess(readFileSync(`/proc/${pid}/stat`, "utf8"))?.ticks ?? Number.NaN;
    const [from, start] = [ticks(), performance.now()];
    await sleep(3000);
    for (const foreign of [measuresIt, measuresNothing]) foreign?.look();
    const all = ((performance.now() - start) / 1000) * cpus().length;
    const used = (ticks() - from) / 100 / all;
    const difference = (measuresNothing?.share() ?? Number.NaN) - (measuresIt?.share() ?? Number.NaN);
    assert.ok(used > 0 && Math.abs(difference / used - 1) < 0.2, `${difference} instead of ${used} of all CPUs`);
  } finally {
    child.kill("SIGKILL");
  }
});

const SERVER = `require("node:http").createServer((request, response) => response.end("ok"))
  .listen(Number(process.argv[1]), "127.0.0.1", () => console.log("READY " + process.hrtime.bigint()));`;

test("a spinner inside the window of a load makes the sample invalid", async () => {
  const local = startLocalHarness();
  const order = { rate: 20, duration: 3, warmup: 0.5, profile: "constant", seed: 1, method: "GET", path: "/" } as const;
  const child = spinner();
  try {
    await once(child, "spawn");
    const found = await local.harness.request("steady-load", { ...programOrder(SERVER), load: order }, { timeoutSeconds: 60 });
    const { conditions = {} } = { conditions: {}, ...toMeasurement(found) };
    const { "foreign.cpu": share = Number.NaN } = conditions;
    assert.ok(share > 0.25 / cpus().length && share <= 1, String(share));
    const verdict = judge({ values: { p95: 1 }, primary: "p95", leftovers: [], conditions }, false);
    assert.ok(verdict.status === "invalid" && verdict.reasons.some(({ rule }) => rule === "foreign-cpu"));
  } finally {
    child.kill("SIGKILL");
    await local.close();
  }
});
