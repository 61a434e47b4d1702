import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toMeasurement } from "../../benchmarks/cold-start/index.ts";
import type { Harness } from "../../benchmarks/harness/client.ts";
import { programOrder, startLocalHarness } from "../benchmarks/local-harness.ts";

export interface ColdStartTimerContext {
  /** Starts per figure; odd, 15 unless given. */
  readonly repeats?: number;
}

export interface ColdStartTimerFigures {
  /** Median seconds from the moment a server is ready to the moment the timer knows, by the server's delay in milliseconds. Aim: 0.001. */
  readonly announcedBiasSeconds: Readonly<Record<number, number>>;
  /** Median relative change of a start's own duration when the timer waits for its READY line. Aim: at most 0.02. */
  readonly announcedObserverEffect: number;
  /** The same when it is polled every 10 ms, as foreign images are. */
  readonly polledObserverEffect: number;
}

const DELAYS = [5, 50, 137, 400];

/** Is ready `delay` milliseconds after it begins to wait. */
function waits(delay: number): string {
  return `const server = require("node:http").createServer((request, response) => response.end("ok"));
    setTimeout(() => server.listen(Number(process.argv[1]), "127.0.0.1",
      () => process.stdout.write("READY " + process.hrtime.bigint() + "\\n")), ${delay});`;
}

/** Computes like a model being loaded, and writes down when it began and when it was ready, whoever looks on. */
const WORKS = `
  const begun = process.hrtime.bigint();
  let state = 1;
  for (let round = 0; round < 1.5e8; round += 1) { state ^= state << 13; state ^= state >>> 17; state ^= state << 5; }
  const [, file, port] = process.argv;
  require("node:http").createServer((request, response) => response.end("ok")).listen(Number(port), "127.0.0.1", () => {
    const ready = process.hrtime.bigint();
    process.stdout.write("READY " + ready + "\\n");
    require("node:fs").writeFileSync(file, String(ready - begun));
    setTimeout(() => process.exit(0), 200);
  });`;

/** Runs on this machine with plain processes as containers: what is measured is the timer, not an engine. */
export async function measure({ repeats = 15 }: ColdStartTimerContext = {}): Promise<ColdStartTimerFigures> {
  const local = startLocalHarness();
  try {
    const biases: Record<number, number> = {};
    for (const delay of DELAYS) biases[delay] = await bias(local.harness, delay, repeats);
    return { announcedBiasSeconds: biases, ...(await observerEffects(local.harness, repeats)) };
  } finally {
    await local.close();
  }
}

async function bias(harness: Harness, delay: number, repeats: number): Promise<number> {
  const late: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const sample = toMeasurement(await harness.request("cold-start", programOrder(waits(delay)), { timeoutSeconds: 60 }));
    if (sample.outcome !== "measured") throw new Error(sample.cause);
    late.push(sample.values.detection ?? Number.NaN);
  }
  return middle(late);
}

/** Unobserved, announced and polled starts take turns, so that a drift of the machine hits all three. */
async function observerEffects(harness: Harness, repeats: number) {
  const directory = mkdtempSync(join(tmpdir(), "distrobench-perf-"));
  const announced: number[] = [];
  const polled: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const alone = await unobserved(join(directory, `alone-${repeat}`));
    announced.push((await observed(harness, join(directory, `announced-${repeat}`), "announced")) / alone - 1);
    polled.push((await observed(harness, join(directory, `polled-${repeat}`), "polled")) / alone - 1);
  }
  rmSync(directory, { recursive: true });
  return { announcedObserverEffect: middle(announced), polledObserverEffect: middle(polled) };
}

async function unobserved(file: string): Promise<number> {
  const output = openSync(`${file}.out`, "w");
  const child = spawn(process.execPath, ["-e", WORKS, file, "0"], { stdio: ["ignore", output, output] });
  await once(child, "close");
  return Number(readFileSync(file, "utf8"));
}

async function observed(harness: Harness, file: string, readiness: "announced" | "polled"): Promise<number> {
  const order = programOrder("", { arguments: ["-e", WORKS, file], readiness });
  const sample = await harness.request("cold-start", order, { timeoutSeconds: 60 });
  if (sample.outcome === "failed") throw new Error(sample.cause);
  return Number(readFileSync(file, "utf8"));
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
