import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { DensityOrder } from "../../benchmarks/harness/density.ts";
import { parseOomKills } from "../../benchmarks/harness/proc.ts";
import { densityFigures } from "../../benchmarks/memory/density.ts";
import { memory } from "../../benchmarks/memory/index.ts";
import { judge } from "../../benchmarks/validity/rules.ts";
import { type LocalHarness, programOrder, startLocalHarness } from "./local-harness.ts";

const SERVER = `require("node:http").createServer((request, response) => { request.resume(); response.end("ok"); })
  .listen(Number(process.argv[1]), "127.0.0.1", () => console.log("READY " + process.hrtime.bigint()));`;

describe("container density", { concurrency: false }, () => {
  let local: LocalHarness;
  before(() => {
    local = startLocalHarness();
  });
  after(() => local.close());

  async function count(given: Partial<DensityOrder>, source = SERVER) {
    const load = { rate: 5, duration: 1, warmup: 0, profile: "constant", seed: 1, method: "GET", path: "/" } as const;
    const usual = { load, step: 1, maximum: 3, p95Limit: 30, availableFloor: 0, budgetSeconds: 120 };
    return await local.harness.request("density", { ...programOrder(source), ...usual, ...given }, { timeoutSeconds: 120 });
  }

  async function counted(given: Partial<DensityOrder>, source?: string) {
    const found = await count(given, source);
    if (found.outcome === "failed") throw new Error(found.cause);
    return found;
  }

  it("goes up to the maximum where nothing breaks, with one window per step", async () => {
    const found = await counted({ step: 2 });
    assert.deepEqual([found.fit, found.end, found.steps.map(({ containers }) => containers)], [3, "maximum", [2, 3]]);
    assert.ok(found.steps.every(({ p95, host }) => (p95 ?? 0) > 0 && host > 0));
  });

  it("ends at the first window whose p95 is above the limit", async () => {
    const found = await counted({ p95Limit: 1e-9 });
    assert.deepEqual([found.fit, found.end, found.steps.length], [0, "p95", 1]);
  });

  it("ends before the host has less memory than the floor, and when its time is over", async () => {
    assert.deepEqual((({ fit, end }) => [fit, end])(await counted({ availableFloor: 2 ** 60 })), [0, "memory"]);
    assert.deepEqual((({ fit, end }) => [fit, end])(await counted({ budgetSeconds: 0 })), [0, "budget"]);
  });

  it("counts those before the first one that does not start; one that never starts is a failure", async () => {
    // The first server takes a lock that lives as long as it does, so the second can't start.
    const name = `density-test-${process.pid}`;
    const alone = `require("node:net").createServer().listen("\\0${name}").on("error", () => process.exit(3)).on("listening", () => { ${SERVER} });`;
    const found = await counted({}, alone);
    assert.deepEqual([found.fit, found.end], [1, "start"]);
    assert.match(found.detail, /exit code 3/);
    const never = await count({}, "process.exit(4)");
    assert.ok(never.outcome === "failed" && /exit code 4/.test(never.cause));
  });
});

it("reads the kernel's count of processes killed for want of memory", () => {
  assert.equal(parseOomKills("nr_free_pages 1\noom_kill 7\noom_kill_x 9\n"), 7);
  assert.equal(parseOomKills(""), 0);
});

it("a sample says how many fit, with what memory, and what ended the count", () => {
  const steps = [
    { containers: 1, p95: 0.01, host: 100 },
    { containers: 2, host: 200 },
  ];
  const more = { detail: "", limits: { identities: {}, conditions: {} }, stamps: {} };
  const { values, conditions, series } = densityFigures({ outcome: "counted", fit: 1, end: "p95", steps, ...more });
  assert.deepEqual(values, { containers: 1, densityHost: 100 });
  assert.equal(conditions["density.end.p95"], 1);
  assert.equal(conditions["density.end.oom"], 0);
  assert.deepEqual(series, { "density.containers": [1, 2], "density.p95": [0.01], "density.host": [100, 200] });
});

it("asks for a density, and shows its metrics, only where the matrix wants one", () => {
  const names = (given: object) => memory.metricsOf({ ...given }).map(({ name }) => name);
  assert.equal(names({}).includes("containers"), false);
  assert.equal(names({ density: { maximum: 3 } }).includes("containers"), true);
});

it("is not made invalid by the kernel's own lines about the killed process", () => {
  const subject = { values: { restPss: 1 }, primary: "restPss", leftovers: [] };
  const status = (more: object) => judge({ ...subject, conditions: { "during.kernelErrors": 2, ...more } }, false).status;
  assert.deepEqual([status({}), status({ "density.end.oom": 1 })], ["invalid", "valid"]);
});
