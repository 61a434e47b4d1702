import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { benchmarks } from "../../benchmarks/index.ts";
import { loadPlan } from "../../stacks/load.ts";
import type { Plan } from "../../stacks/plan.ts";

const root = join(import.meta.dirname, "../..");
const [lab, real] = [loadPlan(root, "study-lab"), loadPlan(root, "study")];

/** A benchmark's name with its test; those of the Raspberry Pi are named after the ones they repeat. */
const named = ({ benchmarks: planned }: Plan) =>
  [...new Set(planned.map(({ name, test }) => `${name.replace(/^pi-/, "")}: ${test}`))].sort();

/** Other ways of the same start: they say nothing on emulated machines that the start itself does not, and would double its time there. */
const onlyReal = ["cold-start-own-address: cold-start", "cold-start-socket: cold-start"];

describe("the study", () => {
  it("measures the same benchmarks on lab machines as on its five systems, but for other ways of the same start", () =>
    assert.deepEqual([...named(lab), ...onlyReal].sort(), named(real)));

  it("takes every test there is, cold starts in every state and load of both profiles", () => {
    assert.deepEqual(
      [...new Set(lab.benchmarks.map(({ test }) => test))].sort(),
      Object.keys(benchmarks).sort(),
      "a new test belongs into both matrices",
    );
    const given = (name: string) =>
      lab.benchmarks.map(({ parameters }) => parameters[name]).filter((value) => value !== undefined);
    assert.deepEqual(given("state"), ["cold-cache", "engine-restart", "load-included"]);
    assert.deepEqual(given("profile"), ["poisson"]);
  });

  it("asks for a start in every way on its five systems, one way more at a time", () => {
    const ways = real.benchmarks
      .filter(({ test }) => test === "cold-start")
      .map(({ parameters: { state, trigger, address } }) => [state, trigger, address].filter((value) => value !== undefined));
    for (const way of ways) assert.ok(way.length <= 1, way.join());
    assert.deepEqual([...new Set(ways.flat())].sort(), ["cold-cache", "container", "engine-restart", "load-included", "socket"]);
  });

  it("measures every benchmark on each of the five systems", () => {
    const names = named(real);
    for (const { name: host } of real.hosts) {
      const here = {
        ...real,
        benchmarks: real.benchmarks.filter(({ variants }) => variants.some((variant) => variant.host === host)),
      };
      assert.deepEqual(named(here), names, host);
    }
  });

  it("has the study's load, threads, model and limits", () => {
    const parametersOf = (test: string) =>
      real.benchmarks.filter((found) => found.test === test).map(({ parameters }) => parameters);
    for (const { rate, duration } of parametersOf("steady-load")) assert.deepEqual({ rate, duration }, { rate: 8, duration: 60 });
    for (const test of ["llm-tokens", "onnx"])
      assert.deepEqual(new Set(parametersOf(test).map(({ threads }) => threads)), new Set([1, 4]));
    assert.deepEqual(real.models.find(({ name }) => name === "language")?.source, { random: { shape: "llama-2-7b", seed: 1 } });
    const gibibytes = 6 * 2 ** 30;
    const memory = { memoryBytes: gibibytes, memorySwapBytes: gibibytes };
    // These start no container of ours.
    const bare = new Set(["boot", "command", "developer-ready", "edge"]);
    for (const { test, parameters } of real.benchmarks.filter(({ test: name }) => !bare.has(name)))
      assert.deepEqual(parameters.limits, parameters.threads === 4 ? memory : { cpuset: "2,3", ...memory }, test);
  });

  it("goes on until its intervals are narrow enough, to 30 blocks; containers are counted six times", () => {
    for (const { name, parameters, design } of real.benchmarks)
      if (parameters.density === undefined) assert.deepEqual(design.looks?.slice(-3), [10, 20, 30], name);
      else assert.deepEqual([design.blocks, design.looks], [6, undefined], name);
  });

  it("never lets a lab machine's session become a baseline", () => {
    for (const { name, design } of lab.benchmarks) assert.ok(design.noisyHost, name);
  });
});
