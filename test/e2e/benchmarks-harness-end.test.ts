import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type LocalHarness, programOrder, startLocalHarness } from "../benchmarks/local-harness.ts";

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

function processesWith(mark: string): readonly string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && commandLine(name).includes(mark));
}

async function until(met: () => boolean, seconds: number): Promise<number> {
  const begun = performance.now();
  while (!met() && performance.now() - begun < seconds * 1000) await sleep(20);
  return (performance.now() - begun) / 1000;
}

async function withRunningChild(mark: string, end: (local: LocalHarness) => void): Promise<void> {
  const local = startLocalHarness();
  const order = programOrder(`/* ${mark} */ setInterval(() => {}, 1000)`, { timeoutSeconds: 60 });
  const lost = assert.rejects(local.harness.request("cold-start", order, { timeoutSeconds: 60 }), /the measuring program ended/);
  await until(() => processesWith(mark).length > 0, 10);
  assert.equal(processesWith(mark).length, 1);
  end(local);
  const seconds = await until(() => processesWith(mark).length === 0 && commandLine(String(local.pid)) === "", 5);
  assert.ok(seconds < 2, `${seconds} s`);
  await lost;
  await local.close();
}

test("the end of standard input stops the program and what it started within 2 s", () =>
  withRunningChild("distrobench-test-eof", (local) => local.process.stdin.end()));

for (const signal of ["SIGTERM", "SIGHUP"] as const) {
  test(`${signal} stops the program and what it started within 2 s`, () =>
    withRunningChild(`distrobench-test-${signal}`, (local) => process.kill(local.pid, signal)));
}

test("an idle program uses no CPU time", async () => {
  const local = startLocalHarness();
  await local.harness.request("hello", undefined, { timeoutSeconds: 20 });
  await sleep(300);
  const ticks = () => {
    const fields = readFileSync(`/proc/${local.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return Number(fields[11]) + Number(fields[12]);
  };
  const before = ticks();
  await sleep(1500);
  assert.ok(ticks() - before <= 1, "at most one tick of 10 ms in 1.5 s");
  await local.close();
});

test("an unknown request is refused and the program goes on", async () => {
  const local = startLocalHarness();
  await assert.rejects(local.harness.request("fly" as "hello", undefined, { timeoutSeconds: 20 }), /here: no action named fly/);
  assert.match((await local.harness.request("hello", undefined, { timeoutSeconds: 20 })).node, /^v\d+/);
  await local.close();
});

test("a session's requests tell what is true of this machine", async () => {
  const local = startLocalHarness();
  const calibrated = await local.harness.request("calibrate", { starters: [] }, { timeoutSeconds: 60 });
  assert.ok(calibrated.controlSeconds > 0.05 && calibrated.controlSeconds < 1, String(calibrated.controlSeconds));
  const before = await local.harness.request("before", undefined, { timeoutSeconds: 20 });
  assert.ok(before["control.seconds"] > 0.02);
  const after = (await local.harness.request("after", undefined, { timeoutSeconds: 20 })) as Readonly<Record<string, number>>;
  assert.ok((after["after.memory.available"] ?? 0) > 1e6);
  assert.ok((after["during.contextSwitches"] ?? 0) > 0);
  await local.close();
});
