import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { type Benchmark, defineBenchmark } from "../../benchmarks/define.ts";
import { instrumentDigest } from "../../benchmarks/instrument.ts";
import { seconds } from "../../benchmarks/metric.ts";
import { readSession } from "../../benchmarks/results/reader.ts";
import { measure } from "../../benchmarks/session/index.ts";
import { createSshPool, gatherFacts, UserError } from "../../hosts/index.ts";
import { programOrder } from "../benchmarks/local-harness.ts";

const SERVER = `require("node:http").createServer((request, response) => response.end("ok"))
  .listen(Number(process.argv[1]), "127.0.0.1", () => console.log("READY " + process.hrtime.bigint()));`;

/** A plain process instead of a container: everything else is the real way from session to file. */
function processStart(source: string, timeoutSeconds: number): Benchmark {
  return defineBenchmark({
    ...{ name: "process-start", title: "Process start", warmups: 1, parameters: z.strictObject({}) },
    metrics: { total: seconds("lower", "start to first 200", { primary: true }) },
    measure: async ({ harness }) => {
      const sample = await harness.request("cold-start", programOrder(source, { timeoutSeconds }), { timeoutSeconds: 60 });
      const { stamps } = sample;
      if (sample.outcome === "failed") return { outcome: "failed", cause: sample.cause, stamps };
      return {
        outcome: "measured",
        values: { total: Number(BigInt(stamps.first200 ?? 0) - BigInt(stamps.start ?? 0)) / 1e9 },
        stamps,
      };
    },
  });
}

async function run(source: string, signal: AbortSignal, onProgress: (line: string) => void, timeoutSeconds = 30) {
  const root = mkdtempSync(join(tmpdir(), "distrobench-e2e-"));
  const pool = createSshPool({ root });
  const connection = { kind: "local", host: "here" } as const;
  const transport = await pool.transport(connection);
  const session = measure({
    inputs: {
      ...{ name: "process-start", test: "process-start", stack: "e2e", parameters: {}, baseline: "a", connections: {} },
      variants: ["a", "b"].map((id) => ({ id, host: "here", machine: "here", environment: "e", labels: {} })),
      design: { blocks: 1, seed: 1, tolerance: 0.1, aaPair: true, noisyHost: true },
      instrument: instrumentDigest("cold-start"),
    },
    benchmark: processStart(source, timeoutSeconds),
    participants: new Map([["here", { transport, connection, facts: await gatherFacts(transport) }]]),
    root,
    ...{ signal, progress: onProgress, warn: () => undefined },
  });
  const error = await session.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  await pool.close();
  const [name = ""] = readdirSync(join(root, "results"));
  const data = readSession(join(root, "results", name));
  rmSync(root, { recursive: true });
  return { data, error };
}

function ourProcesses(): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("-e2e-process-start/harness-");
      } catch {
        return false;
      }
    });
}

test("a session over the local transport is complete, valid on disk, and leaves nothing on the host", async () => {
  const { data, error } = await run(SERVER, new AbortController().signal, () => undefined);
  assert.equal(error, undefined);
  assert.equal(data.session.outcome, "complete");
  assert.deepEqual(
    data.samples.map((sample) => sample.sequence),
    [...data.samples.keys()],
  );
  assert.equal(data.samples.filter((sample) => sample.role === "calibration").length, 2);
  assert.equal(data.samples.filter((sample) => sample.role === "warm-up").length, 2);
  const measured = data.samples.filter((sample) => sample.role === "measured");
  assert.equal(measured.length, 3);
  assert.ok(measured.every((sample) => (sample.values.total ?? 0) > 0.005 && sample.stamps.start !== undefined));
  assert.ok((data.environments[0]?.fingerprint.length ?? 0) > 5);
  assert.deepEqual(ourProcesses(), []);
});

test("a session of an image that never gets ready ends after its time-outs with what the image said last", async () => {
  const source = 'console.log("loading the model"); console.error("waiting for weights"); setInterval(() => {}, 1000)';
  const begun = performance.now();
  const { data, error } = await run(source, new AbortController().signal, () => undefined, 1);
  assert.ok(error instanceof UserError);
  for (const variant of ["a", "b"])
    assert.match(error.message, new RegExp(`^${variant}: not ready after 1 s\nloading the model\nwaiting for weights$`, "m"));
  assert.match(error.remedy ?? "", /start one of the images by hand/);
  assert.equal(data.session.outcome, "failed");
  assert.ok(performance.now() - begun < 60_000);
  assert.deepEqual(ourProcesses(), []);
});

test("an aborted session ends within 2 s, keeps its samples and leaves no process", async () => {
  const stop = new AbortController();
  let aborted = 0;
  const { data, error } = await run(SERVER, stop.signal, (line) => {
    if (!line.startsWith("block 1/1") || aborted !== 0) return;
    // In the middle of the next sample's settling or measuring, not between two requests.
    setTimeout(() => {
      aborted = performance.now();
      stop.abort(new Error("stopped on request"));
    }, 500);
  });
  assert.ok(performance.now() - aborted < 2500, `${performance.now() - aborted} ms`);
  assert.ok(error instanceof Error);
  assert.equal(data.session.outcome, "interrupted");
  assert.ok(data.samples.length >= 5 && data.samples.length < 7);
  assert.deepEqual(ourProcesses(), []);
});
