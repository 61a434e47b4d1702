import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LlmParameters, llmTokens } from "../../benchmarks/llm-tokens/index.ts";
import { benchOrder, serverOrder } from "../../benchmarks/llm-tokens/orders.ts";
import { pairedEstimate } from "../../benchmarks/statistics/paired.ts";
import { randomModel } from "../../images/models/random-model.ts";
import { type LocalHarness, startLocalHarness } from "../benchmarks/local-harness.ts";
import { unitValues } from "../benchmarks/statistics/units.ts";
import { buildRecipe, dockerMissing, removeImage } from "../e2e/recipe-image.ts";
import type { Figure } from "./figure.ts";

/** 1.1 billion weights: of the models people serve on a CPU the smallest, so what the server adds to a token weighs most. */
const SHAPE = "tinyllama";
const LEAST_BLOCKS = 10;
const MOST_BLOCKS = 40;
/** Half of the interval's width at which to stop, half of what is allowed: on precision, never on what the ratio is. */
const PRECISION = 0.015;

interface Rig {
  readonly harness: LocalHarness["harness"];
  readonly container: Parameters<typeof serverOrder>[0];
  readonly given: LlmParameters;
}

/** Seconds per token. */
interface Block {
  readonly gap: number;
  readonly bench: number;
}

/**
 * Mean gap between streamed tokens against llama-bench's mean: the same build in the same image with the same model, thread and depth.
 * Blocks of server, bench, bench, server, so that a drift of the machine hits both; one ratio per block.
 */
export async function measure(): Promise<readonly Figure[]> {
  const missing = dockerMissing();
  if (missing !== false) return [{ what: "llm: mean gap over llama-bench's", value: `skipped: ${missing}`, aim: "0.97 to 1.03" }];
  const directory = mkdtempSync(join(tmpdir(), "distrobench-perf-llm-"));
  const model = join(directory, "model.gguf");
  writeFileSync(model, Buffer.concat([...randomModel(SHAPE, 1)]));
  chmodSync(directory, 0o755);
  const image = await buildRecipe("llm-server", "sid");
  const local = startLocalHarness();
  try {
    const given = llmTokens.parameters.parse({ threads: 1, requests: 3, tokens: 64, crossCheck: 3 }) as LlmParameters;
    const container = { starter: "docker", image, slice: undefined, model } as const;
    return await blocks({ harness: local.harness, container, given });
  } finally {
    await local.close();
    removeImage(image);
    rmSync(directory, { recursive: true });
  }
}

async function blocks(rig: Rig): Promise<readonly Figure[]> {
  const found: Block[] = [];
  do {
    const [first, second, third, fourth] = [await gap(rig), await bench(rig), await bench(rig), await gap(rig)];
    const block = { gap: (first + fourth) / 2, bench: (second + third) / 2 };
    found.push(block);
    process.stderr.write(`block ${found.length}: ${ms(block.gap)} and ${ms(block.bench)}\n`);
  } while (found.length < LEAST_BLOCKS || (found.length < MOST_BLOCKS && halfWidth(found) > PRECISION));
  const estimate = ratioOf(found);
  const [centre, low, high] = [estimate?.centre, estimate?.interval?.low, estimate?.interval?.high].map((log) =>
    Math.exp(log ?? Number.NaN).toFixed(3),
  );
  return [
    { what: "llm: mean gap between tokens, middle block", value: ms(middle(found.map((block) => block.gap))), aim: "" },
    { what: "llm: llama-bench's mean, middle block", value: ms(middle(found.map((block) => block.bench))), aim: "" },
    { what: "llm: what the server adds to a token, middle block", value: ms(middle(found.map(added))), aim: "" },
    {
      what: `llm: mean gap over llama-bench's, ${found.length} blocks`,
      value: `${centre} (${low} to ${high})`,
      aim: "0.97 to 1.03",
    },
  ];
}

function added({ gap: streamed, bench: computed }: Block): number {
  return streamed - computed;
}

function ratioOf(found: readonly Block[]) {
  return pairedEstimate(unitValues(found.map((block) => Math.log(block.gap / block.bench))));
}

function halfWidth(found: readonly Block[]): number {
  const interval = ratioOf(found)?.interval;
  return interval === undefined ? Number.POSITIVE_INFINITY : (interval.high - interval.low) / 2;
}

/** Mean seconds from token to token of one server process. */
async function gap({ harness, container, given }: Rig): Promise<number> {
  const found = await harness.request("llm-tokens", serverOrder(container, given), { timeoutSeconds: 600 });
  if (found.outcome === "failed") throw new Error(found.cause);
  return mean(found.requests.flatMap(({ gaps }) => gaps));
}

/** Mean seconds per token that llama-bench says. */
async function bench({ harness, container, given }: Rig): Promise<number> {
  return mean(await harness.request("llama-bench", benchOrder(container, given), { timeoutSeconds: 600 }));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function ms(seconds: number): string {
  return `${(seconds * 1000).toFixed(2)} ms`;
}
