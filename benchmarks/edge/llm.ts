import { createHash } from "node:crypto";
import type { Measurement } from "../define.ts";
import type { Edge } from "../harness/edge/action.ts";
import { count, perSecond, ratio, seconds } from "../metric.ts";
import { rankedQuantile } from "../quantile.ts";
import { type HefName, hefMetrics, hefValues, sensors, under } from "./hef.ts";

const diagnostic = { kind: "diagnostic" } as const;

export const llmMetrics = {
  gapP50: seconds("lower", "time per token, p50 of all gaps", { primary: true }),
  gapP95: seconds("lower", "time per token, p95 of all gaps"),
  firstToken: seconds("lower", "time to first token, median of requests"),
  tokensPerSecond: perSecond("higher", "tokens per second, first tokens left out"),
  requests: count("higher", "requests in the run", diagnostic),
  coalesced: ratio("lower", "share of tokens read together with the one before", diagnostic),
  ...hefMetrics,
};

type Name = "gapP50" | "gapP95" | "firstToken" | "tokensPerSecond" | "requests" | "coalesced" | HefName;

/** The figures of one run. Pure. */
export function llmMeasurement(found: Edge, coalescedLimit: number): Measurement<Name> {
  if (found.outcome === "skipped") return found;
  if (found.outcome === "failed") return { ...found, stamps: {} };
  const { warmups, requests, hef } = found;
  const gaps = requests.flatMap((request) => request.gaps);
  const coalesced = requests.reduce((sum, request) => sum + request.coalesced, 0) / (gaps.length + requests.length);
  const packed = requests.reduce((sum, request) => sum + request.packed, 0);
  const firstTokens = requests.map(({ firstToken }) => firstToken);
  const own = {
    gapP50: rankedQuantile(gaps, 0.5),
    gapP95: rankedQuantile(gaps, 0.95),
    firstToken: rankedQuantile(firstTokens, 0.5),
  };
  const seconds = gaps.reduce((sum, gap) => sum + gap, 0);
  const rate = seconds === 0 ? {} : { tokensPerSecond: gaps.length / seconds };
  return {
    outcome: "measured",
    values: { ...own, ...rate, requests: requests.length, coalesced, ...hefValues(hef) },
    stamps: found.stamps,
    conditions: {
      ...under("edge", found.conditions),
      ...under("hailortcli", sensors(hef)),
      ...under("tokens", { packed, coalesced, coalescedLimit }),
    },
    series: seriesOf(found),
    // All answers of a run are the same, and their number is not.
    identities: {
      text: createHash("sha256")
        .update(warmups[0]?.text ?? "")
        .digest("hex"),
    },
  };
}

/** As those of `llm-tokens`: `gap.1` are the gaps of the first request that counts, by position, and so on. */
function seriesOf({ warmups, requests }: Extract<Edge, { outcome: "measured" }>): Record<string, readonly number[]> {
  const gaps = Object.fromEntries(requests.map((request, index) => [`gap.${index + 1}`, request.gaps]));
  const firstToken = requests.map((request) => request.firstToken);
  return { ...gaps, firstToken, "warmup.gap": warmups.flatMap((request) => request.gaps) };
}
