import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command } from "../../benchmarks/command/index.ts";
import { instrumentDigest } from "../../benchmarks/index.ts";
import { readSession } from "../../benchmarks/results/reader.ts";
import type { BenchmarkInputs } from "../../benchmarks/schema.ts";
import { type Participant, measure as runSession } from "../../benchmarks/session/index.ts";
import { createSshPool, gatherFacts } from "../../hosts/index.ts";
import { startSshd } from "../lab/sshd.ts";
import type { Figure } from "./figure.ts";
import { connectionTo } from "./loopback.ts";
import { middle } from "./timed.ts";

/** The least with an interval. */
const BLOCKS = 6;
/** Seconds of one sample: about a container's start, one of onnx, half a window of the study's load, and a whole one. */
const LENGTHS = [2, 10, 30, 60];

/** Wall time of a whole session over SSH (program sent, noise check, A/A pair, control computations, files) against the time it measured. */
export async function measure(): Promise<readonly Figure[]> {
  const sshd = await startSshd();
  const root = mkdtempSync(join(tmpdir(), "distrobench-perf-session-"));
  const pool = createSshPool({ root });
  try {
    const connection = connectionTo("here", sshd);
    const transport = await pool.transport(connection);
    const host = { transport, connection, facts: await gatherFacts(transport) };
    const figures: Figure[] = [];
    for (const length of LENGTHS) figures.push(...(await overhead(root, host, length)));
    return figures;
  } finally {
    await pool.close();
    await sshd.stop();
    rmSync(root, { recursive: true });
  }
}

async function overhead(root: string, host: Participant, length: number): Promise<readonly Figure[]> {
  const [start, begun] = [performance.now(), Date.now()];
  const directory = await runSession({
    inputs: inputsOf(length),
    benchmark: command,
    participants: new Map([["here", host]]),
    root,
    signal: new AbortController().signal,
    progress: (line) => process.stderr.write(`${line}\n`),
    warn: (line) => process.stderr.write(`${line}\n`),
  });
  const wall = (performance.now() - start) / 1000;
  const { samples } = readSession(directory);
  const measured = samples.reduce((sum, { values }) => sum + (values.wall ?? 0), 0);
  const [first, ...later] = samples.filter(({ role }) => role !== "calibration");
  const preparation = (Date.parse(first?.at ?? "") - begun) / 1000;
  const perSample = ["settle.seconds", "control.seconds"].map((name) =>
    middle(later.map(({ conditions }) => conditions[name] ?? 0)),
  );
  if (measured < 2 * BLOCKS * length) throw new Error(`only ${measured} s were measured`);
  const what = `session: ${samples.length} samples of ${length} s`;
  return [
    { what: `${what}: wall time`, value: `${wall.toFixed(1)} s`, aim: "" },
    {
      what: `${what}: until the first begins; middle wait for quiet and control computation of a sample`,
      value: [preparation, ...perSample].map((seconds) => `${seconds.toFixed(2)} s`).join("; "),
      aim: "",
    },
    { what: `${what}: over its measuring time`, value: (wall / measured).toFixed(2), aim: "1.15" },
  ];
}

function inputsOf(length: number): BenchmarkInputs {
  return {
    ...{ name: `sleep-${length}`, test: "command", stack: "perf", baseline: "a", connections: {} },
    parameters: { command: `sleep ${length}` },
    variants: [{ id: "a", host: "here", machine: "here", environment: "e", labels: {} }],
    design: { blocks: BLOCKS, seed: 1, tolerance: 0.1, aaPair: true, noisyHost: true },
    instrument: instrumentDigest("command"),
  };
}
