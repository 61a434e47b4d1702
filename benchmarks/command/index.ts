import { defineBenchmark, type Measurement } from "../define.ts";
import { PROBE_SECONDS } from "../harness/probe-limits.ts";
import type { UserCommand, UserCommandOrder } from "../harness/user-command.ts";
import type { VariantInput } from "../schema.ts";
import { median } from "../session/median.ts";
import { countAll, whyNotCounted } from "./count.ts";
import { extract } from "./extract.ts";
import { type CommandParameters, metricsOf, parameters } from "./parameters.ts";

/** Any command of the user's: metrics from its JSON, from a regular expression, or its wall time. */
export const command = defineBenchmark({
  name: "command",
  title: "Command",
  parameters,
  metrics: metricsOf,
  warmups: 1,
  async measure({ harness }, variant, given) {
    const order = orderFor(variant, given);
    if (typeof order === "string") return { outcome: "failed", cause: order, stamps: {} };
    const cause = await whyNotCounted(harness, given.count);
    if (cause !== undefined) return { outcome: "skipped", cause };
    const seconds = given.timeoutSeconds * (given.prepare === undefined ? 1 : 2) + PROBE_SECONDS + REMOVAL_SECONDS;
    const runs: Ended[] = [];
    for (let run = 0; run < given.runs; run += 1) {
      const ended = await harness.request("user-command", order, { timeoutSeconds: seconds });
      if (ended.outcome === "failed") return { outcome: "failed", cause: ended.cause, stamps: ended.stamps };
      runs.push(ended);
    }
    const timed = toMeasurement(runs, given);
    if (timed.outcome !== "measured") return timed;
    const counts = await countAll(harness, order, given.count, seconds);
    if (typeof counts === "string") return { outcome: "failed", cause: counts, stamps: timed.stamps };
    return { ...timed, values: { ...timed.values, ...counts } };
  },
});

/** Containers, the one whose limits are read included, are removed within the same request. */
const REMOVAL_SECONDS = 240;
/** Of each stream, in a failure's cause. */
const SHOWN = 1000;

type Ended = Extract<UserCommand, { outcome: "ended" }>;

function orderFor(variant: VariantInput, given: CommandParameters): UserCommandOrder | string {
  const { command: text, prepare, timeoutSeconds, environment, workingDirectory, where, limits } = given;
  const order = { command: text, prepare, timeoutSeconds, environment, workingDirectory };
  if (where === "host") return order;
  const { engine: starter, image, slice } = variant;
  if (starter === undefined || image === undefined) return `${variant.id} names no engine or no image to run the command in`;
  return { ...order, container: { starter, image, limits, slice } };
}

/** Medians over the runs of a sample; a metric that one run lacks makes the sample a failed one that shows what was printed. */
function toMeasurement(runs: readonly Ended[], given: CommandParameters): Measurement<string> {
  const { stamps = {}, limits } = runs[0] ?? {};
  const series: Record<string, number[]> = {};
  for (const { stdout, stderr, stamps: own } of runs) {
    const seconds = Number(BigInt(own.end) - BigInt(own.start)) / 1e9;
    for (const [name, source] of Object.entries(given.metrics)) {
      const value = extract(source, { stdout, stderr, seconds });
      if (typeof value === "object") return { outcome: "failed", cause: notFound(name, value.missing, stdout, stderr), stamps };
      series[name] = [...(series[name] ?? []), value];
    }
  }
  const values = Object.fromEntries(Object.entries(series).map(([name, all]) => [name, median(all)]));
  return { outcome: "measured", values, stamps, ...limits, ...(runs.length === 1 ? {} : { series }) };
}

function notFound(name: string, missing: string, stdout: string, stderr: string): string {
  const printed = [stdout, stderr].map((text) => text.trim().slice(-SHOWN)).filter((text) => text !== "");
  return [`metric ${name}: ${missing}`, ...(printed.length === 0 ? ["nothing was printed"] : printed)].join("\n");
}
