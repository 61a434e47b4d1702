import { z } from "zod";
import { defineBenchmark } from "../../benchmarks/define.ts";
import { seconds } from "../../benchmarks/metric.ts";
import { measure } from "../../benchmarks/session/index.ts";
import { createSshPool, gatherFacts } from "../../hosts/index.ts";
import { programOrder } from "../benchmarks/local-harness.ts";

const SERVER = `require("node:http").createServer((request, response) => response.end("ok"))
  .listen(Number(process.argv[1]), "127.0.0.1", () => console.log("READY " + process.hrtime.bigint()));`;

/** A controller that a test can kill: one session of plain processes on this machine; lines of progress on standard output. */
const [root = "", instrument = ""] = process.argv.slice(2);

const benchmark = defineBenchmark({
  ...{ name: "process-start", title: "Process start", warmups: 1, parameters: z.strictObject({}) },
  metrics: { total: seconds("lower", "start to first 200", { primary: true }) },
  measure: async ({ harness }) => {
    const sample = await harness.request("cold-start", programOrder(SERVER), { timeoutSeconds: 60 });
    if (sample.outcome === "failed") return { outcome: "failed", cause: sample.cause, stamps: sample.stamps };
    const total = Number(BigInt(sample.stamps.first200 ?? 0) - BigInt(sample.stamps.start ?? 0)) / 1e9;
    return { outcome: "measured", values: { total }, stamps: sample.stamps };
  },
});

const pool = createSshPool({ root });
const connection = { kind: "local", host: "here" } as const;
const transport = await pool.transport(connection);
await measure({
  inputs: {
    ...{ name: "start", test: "process-start", stack: "killed", parameters: {}, baseline: "a", connections: {}, instrument },
    variants: ["a", "b"].map((id) => ({ id, host: "here", machine: "here", environment: "e", labels: {} })),
    design: { blocks: 2, seed: 1, tolerance: 0.1, aaPair: true, noisyHost: true },
  },
  benchmark,
  participants: new Map([["here", { transport, connection, facts: await gatherFacts(transport) }]]),
  root,
  signal: new AbortController().signal,
  progress: (line) => process.stdout.write(`${line}\n`),
  warn: (line) => process.stdout.write(`warning: ${line}\n`),
});
await pool.close();
