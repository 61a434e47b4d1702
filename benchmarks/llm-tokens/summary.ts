import { createHash } from "node:crypto";
import type { Measurement } from "../define.ts";
import { foreignConditions } from "../harness/foreign-cpu.ts";
import type { LlmTokens, TokenTimes } from "../harness/llm-tokens.ts";
import { rankedQuantile } from "../quantile.ts";
import type { LlmParameters } from "./index.ts";

type Measured = Extract<LlmTokens, { outcome: "measured" }>;

/** The figures of one server process. `benched` is what llama-bench said, empty when it was not asked. Pure. */
export function toMeasurement(
  found: Measured,
  benched: readonly number[],
  { threads, coalescedLimit }: Pick<LlmParameters, "threads" | "coalescedLimit">,
): Extract<Measurement, { outcome: "measured" }> {
  const { requests, warmup } = found;
  const gaps = requests.flatMap((request) => request.gaps);
  const gapMean = mean(gaps);
  const coalesced = coalescedShare(requests);
  const packed = requests.reduce((sum, request) => sum + request.packed, 0);
  const bench = benched.length === 0 ? {} : { benchMean: mean(benched), benchRatio: gapMean / mean(benched) };
  return {
    outcome: "measured",
    values: {
      gapP50: rankedQuantile(gaps, 0.5),
      gapP95: rankedQuantile(gaps, 0.95),
      requestMeanP95: rankedQuantile(
        requests.map((request) => mean(request.gaps)),
        0.95,
      ),
      firstToken: rankedQuantile(
        requests.map(({ firstToken }) => firstToken),
        0.5,
      ),
      ...(gapMean === 0 ? {} : { tokensPerSecond: 1 / gapMean }),
      load: found.load.seconds,
      ...(found.load.bracket === undefined ? {} : { loadBracket: found.load.bracket }),
      gapMean,
      ...bench,
      threadsPerCore: threads / found.physicalCores,
      coalesced,
    },
    stamps: found.stamps,
    conditions: {
      ...{ "tokens.packed": packed, "tokens.coalesced": coalesced, "tokens.coalescedLimit": coalescedLimit },
      ...{ ...pinningConditions(found, threads), ...foreignConditions(found.foreign), ...found.limits.conditions },
    },
    series: seriesOf([warmup, ...requests]),
    identities: { ...found.limits.identities, tokens: digestOf(found.ids) },
  };
}

/** `threads.oversubscribed` is there where more threads than CPUs were asked for: then none was pinned. */
function pinningConditions({ pinning }: Measured, threads: number): Readonly<Record<string, number>> {
  const oversubscribed = threads > pinning.cpus ? { "threads.oversubscribed": 1 } : {};
  return { "threads.cpus": pinning.cpus, "threads.pinned": pinning.pinned, ...oversubscribed };
}

/** Share of the counted tokens that were read together with the one before. */
function coalescedShare(requests: Measured["requests"]): number {
  const tokens = requests.reduce((sum, { gaps }) => sum + gaps.length + 1, 0);
  return requests.reduce((sum, { coalesced }) => sum + coalesced, 0) / tokens;
}

/** `gap.0` are the warm-up's gaps by position, `gap.1` those of the first request that counts, and so on. */
function seriesOf(requests: readonly TokenTimes[]): Record<string, readonly number[]> {
  const gaps = Object.fromEntries(requests.map((request, index) => [`gap.${index}`, request.gaps]));
  return { ...gaps, firstToken: requests.map(({ firstToken }) => firstToken) };
}

/** sha256 of all token ids: equal in all variants, or they did not do the same work. */
function digestOf(ids: Measured["ids"]): string {
  return createHash("sha256").update(JSON.stringify(ids)).digest("hex");
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
