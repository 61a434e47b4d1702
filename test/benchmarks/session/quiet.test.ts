import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { describe, it } from "node:test";
import { busiest, type HostLoad } from "../../../benchmarks/harness/host-load.ts";
import { parseProcess, parseRunnable } from "../../../benchmarks/harness/proc.ts";
import { refuseBusyHost } from "../../../benchmarks/session/quiet.ts";
import { limits } from "../../../benchmarks/validity/limits.ts";
import { UserError } from "../../../hosts/index.ts";
import { startLocalHarness } from "../local-harness.ts";

const quiet: HostLoad = { pressure: 0.05, steal: 0.02, busy: 0.1, processes: [{ pid: 7, command: "cron", cpus: 0.05 }] };

describe("a host before the first sample", () => {
  it("is measured within the limits", () => {
    assert.equal(refuseBusyHost("h", quiet, false), undefined);
  });

  const busy: HostLoad = {
    ...quiet,
    pressure: 0.34,
    processes: [{ pid: 812, command: "make -j", cpus: 1.52 }, ...quiet.processes],
  };
  const cases: readonly (readonly [string, HostLoad, RegExp])[] = [
    [
      "CPU pressure",
      busy,
      /^h is too busy to measure on: CPU pressure 34 % \(limit 5\.0 %\); busiest: make -j \(process 812\) 152 % of a CPU, cron/,
    ],
    [
      "steal",
      { ...quiet, steal: 0.031, processes: [] },
      /CPU time taken by the hypervisor 3\.1 % \(limit 2\.0 %\); no process of this system/,
    ],
  ];
  for (const [what, load, message] of cases)
    it(`is refused for ${what}, with what was found, and goes on with a warning under noisyHost`, () => {
      assert.throws(
        () => refuseBusyHost("h", load, false),
        (error) => error instanceof UserError && message.test(error.message) && /noisyHost: true/.test(error.remedy ?? ""),
      );
      const warning = refuseBusyHost("h", load, true) ?? "";
      assert.match(warning, message);
      assert.match(warning, /never a baseline/);
    });

  it("is found busy by the measuring program, which names what uses it", async () => {
    const spin = "for (;;) ;";
    const others = Array.from({ length: 2 * availableParallelism() }, () => spawn(process.execPath, ["-e", spin]));
    await Promise.all(others.map((child) => once(child, "spawn")));
    const local = startLocalHarness();
    try {
      const order = { limits, windowSeconds: 2, timeoutSeconds: 0 };
      const load = await local.harness.request("rest", order, { timeoutSeconds: 120 });
      assert.ok(load.pressure > limits.pressure, JSON.stringify(load));
      assert.ok(load.processes.length > 0 && load.processes.every(({ pid }) => pid !== local.pid));
      assert.throws(() => refuseBusyHost("here", load, false), UserError);
    } finally {
      for (const child of others) child.kill("SIGKILL");
      await local.close();
    }
  });
});

describe("what /proc says about processes", () => {
  it("is read with names that hold spaces and parentheses", () => {
    const stat = "812 (a) (b) c) R 1 812 812 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 1 0 100 0 0";
    assert.deepEqual(parseProcess(stat), { command: "a) (b) c", ticks: 300 });
    assert.equal(parseProcess(""), undefined);
    assert.equal(parseRunnable("cpu  1 2 3\nprocs_running 5\nprocs_blocked 0\n"), 5);
  });

  it("tells the busiest between two looks, and takes a number that was given to another program for a new process", () => {
    const before = new Map([
      [1, { command: "old", ticks: 1000 }],
      [2, { command: "idle", ticks: 5 }],
    ]);
    const now = new Map([
      [1, { command: "new", ticks: 100 }],
      [2, { command: "idle", ticks: 5 }],
      [3, { command: "busy", ticks: 400 }],
    ]);
    assert.deepEqual(busiest(before, now, 2), [
      { pid: 3, command: "busy", cpus: 2 },
      { pid: 1, command: "new", cpus: 0.5 },
    ]);
  });
});
