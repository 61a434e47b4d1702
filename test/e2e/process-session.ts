import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type Benchmark, defineBenchmark } from "../../benchmarks/define.ts";
import { instrumentDigest } from "../../benchmarks/instrument.ts";
import { seconds } from "../../benchmarks/metric.ts";
import { readSession } from "../../benchmarks/results/reader.ts";
import { measure } from "../../benchmarks/session/index.ts";
import { createSshPool, gatherFacts } from "../../hosts/index.ts";
import { programOrder } from "../benchmarks/local-harness.ts";

/** Ready at once. */
export const SERVER = `require("node:http").createServer((request, response) => response.end("ok"))
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

/** A whole session of process starts over the local transport: what it wrote, what it failed of, and when it ended (`performance.now()`). */
export async function runProcessSession(
  source: string,
  signal: AbortSignal,
  onProgress: (line: string) => void,
  timeoutSeconds = 30,
) {
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
  const endedAt = performance.now();
  // The pool's own end waits a second for what it was told to kill, and is no part of the session.
  await pool.close();
  const [name = ""] = readdirSync(join(root, "results"));
  const data = readSession(join(root, "results", name));
  rmSync(root, { recursive: true });
  return { data, error, endedAt };
}
