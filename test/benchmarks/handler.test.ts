import assert from "node:assert/strict";
import { test } from "node:test";
import { createBenchmarkHandler } from "../../benchmarks/handler.ts";
import { benchmarks, instrumentDigest } from "../../benchmarks/index.ts";
import type { BenchmarkInputs, BenchmarkOutputs } from "../../benchmarks/schema.ts";
import { ConnectionError, type OperationContext, UserError } from "../../hosts/index.ts";
import { diffInputs } from "../../provider/diff.ts";
import type { PropertyMap } from "../../provider/server/index.ts";

const inputs: BenchmarkInputs = {
  ...{ name: "cold-start", test: "cold-start", stack: "lab", parameters: {}, baseline: "a/docker", instrument: "i" },
  variants: [
    { id: "a/docker", host: "a", machine: "m2", engine: "docker", image: "i", environment: "e", labels: {} },
    { id: "b/docker", host: "b", machine: "m1", engine: "docker", image: "i", environment: "e", labels: {} },
  ],
  connections: { a: { kind: "local", host: "a" }, b: { kind: "local", host: "b" } },
  design: { blocks: 10, seed: 1, tolerance: 0.1, aaPair: true, noisyHost: false },
};

const benchmarkHandler = createBenchmarkHandler(async () => []);

/** A context in which no host can be reached; it notes which machines were locked, and what was said. */
function unreachable() {
  const locked: string[] = [];
  const warnings: string[] = [];
  const context: OperationContext = {
    ...{ urn: "urn", signal: new AbortController().signal, root: "/nowhere", stack: "lab" },
    progress: () => undefined,
    info: () => undefined,
    warn: (line) => warnings.push(line),
    transport: (connection) => Promise.reject(new ConnectionError(connection.host, "unreachable", "no answer")),
    exclusive: (machine, work) => {
      locked.push(machine);
      return work();
    },
  };
  return { context, locked, warnings };
}

test("all machines are locked in one order before a host is touched", async () => {
  const { context, locked } = unreachable();
  await assert.rejects(benchmarkHandler.create(context, inputs), ConnectionError);
  assert.deepEqual(locked, ["m1", "m2"]);
});

const refused: readonly (readonly [string, Partial<BenchmarkInputs>, RegExp])[] = [
  ["an unknown test", { test: "fly" }, /no test named fly/],
  ["an unknown parameter", { parameters: { healthpath: "/x" } }, /parameters.*healthpath/],
  ["a parameter out of range", { parameters: { port: 70000 } }, /parameters\.port/],
  ["a baseline that is no variant", { baseline: "c/docker" }, /baseline c\/docker is none of a\/docker, b\/docker/],
  ["a variant that is there twice", { variants: [inputs.variants[0], inputs.variants[0]].flatMap((one) => one ?? []) }, /twice/],
  ["a host without a connection", { connections: {} }, /no connection to a/],
];

for (const [what, change, message] of refused) {
  test(`${what} is refused before a machine is locked`, async () => {
    const { context, locked } = unreachable();
    const created = benchmarkHandler.create(context, { ...inputs, ...change });
    await assert.rejects(created, (error) => error instanceof UserError && message.test(error.message));
    assert.deepEqual(locked, []);
  });
}

test("a session directory that is gone keeps the stored summary with a warning", async () => {
  const { context, warnings } = unreachable();
  const outputs: BenchmarkOutputs = { ...inputs, metrics: {}, verdicts: [], session: "results/gone", emulated: false };
  assert.deepEqual(await benchmarkHandler.read(context, { id: "cold-start", inputs, outputs }), { inputs, outputs });
  assert.match(warnings[0] ?? "", /results\/gone is no longer there/);
});

test("when a tuning was written is no reason to measure again, and what it reads is", () => {
  const at = (time: string, swappiness: string): PropertyMap => ({
    variants: [{ id: "a/docker", tuning: { "sysctl.vm.swappiness": swappiness } }],
    tunings: { a: { at: time, bootId: "one", tuned: {} } },
  });
  assert.equal(diffInputs(benchmarkHandler, at("2026-01-01", "10"), at("2026-01-02", "10")).changes, "none");
  assert.equal(diffInputs(benchmarkHandler, at("2026-01-01", "10"), at("2026-01-02", "20")).changes, "some");
});

test("that this run may measure on a busy host is no reason to measure again; that the matrix says so is", () => {
  const stored: PropertyMap = { design: { noisyHost: false } };
  assert.equal(diffInputs(benchmarkHandler, stored, { ...stored, noisyRun: true }).changes, "none");
  assert.equal(diffInputs(benchmarkHandler, { ...stored, noisyRun: true }, stored).changes, "none");
  assert.equal(diffInputs(benchmarkHandler, stored, { design: { noisyHost: true } }).changes, "some");
});

test("every file that a test names as part of its instrument is there", () => {
  for (const name of Object.keys(benchmarks)) assert.match(instrumentDigest(name), /^[0-9a-f]{64}$/);
});

test("the instrument's digest is stable and quick", () => {
  const begun = performance.now();
  assert.match(instrumentDigest("cold-start"), /^[0-9a-f]{64}$/);
  assert.equal(instrumentDigest("cold-start"), instrumentDigest("cold-start"));
  assert.ok(performance.now() - begun < 2000);
});
