import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Measurement } from "../define.ts";
import type { EdgeNetwork, EdgeNetworkOrder } from "../harness/edge/action.ts";
import { count, perSecond, seconds } from "../metric.ts";
import { rankedQuantile } from "../quantile.ts";
import { type HefName, hefMetrics, hefValues, sensors, under } from "./hef.ts";

/** A compiled network, inferred by HailoRT's Python library in the place of an LLM. */
export const networkParameters = z.strictObject({
  /** Its path on the host. */
  hef: z.string().startsWith("/"),
  /** Of that file; another one makes the sample a failed one. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "expected a sha256 as 64 hexadecimal digits")
    .optional(),
  /** The interpreter that has `hailo_platform`: a name, or a path such as that of a virtual environment's. */
  python: z.string().min(1).default("python3"),
  /** Inferences of the process that are left out. */
  warmups: z.int().min(0).max(100_000).default(20),
  /** Of the input values. */
  seed: z.int().nonnegative().max(1_000_000).default(1),
  inferenceTimeoutSeconds: z.number().positive().max(600).default(10),
  /** Whether `hailortcli benchmark` gives a second opinion after each sample. */
  crossCheck: z.boolean().default(true),
});

const diagnostic = { kind: "diagnostic" } as const;

export const networkMetrics = {
  inferenceP50: seconds("lower", "inference, p50 of all inferences", { primary: true }),
  inferenceP95: seconds("lower", "inference, p95 of all inferences"),
  inferencesPerSecond: perSecond("higher", "inferences per second, one after the other"),
  configuration: seconds("lower", "reading and configuring the network", diagnostic),
  inferences: count("higher", "inferences in the run", diagnostic),
  ...hefMetrics,
};

type Name = "inferenceP50" | "inferenceP95" | "inferencesPerSecond" | "configuration" | "inferences" | HefName;

type Timing = Pick<EdgeNetworkOrder, "warmupSeconds" | "seconds" | "coolDownSeconds">;

export function networkOrder(
  given: z.output<typeof networkParameters>,
  { warmupSeconds, seconds: counted, coolDownSeconds }: Timing,
): EdgeNetworkOrder {
  const program = readFileSync(join(import.meta.dirname, "infer.py"), "utf8");
  return { ...given, warmupSeconds, seconds: counted, coolDownSeconds, program };
}

/** The figures of one run. Pure. */
export function networkMeasurement(found: EdgeNetwork): Measurement<Name> {
  if (found.outcome === "skipped") return found;
  if (found.outcome === "failed") return { ...found, stamps: {} };
  const { warm, counted, hef } = found;
  const { runs, warmups } = counted;
  const durations = runs.map((run) => run.seconds);
  const last = runs.at(-1);
  const whole = (last?.begin ?? 0) + (last?.seconds ?? 0) - (runs[0]?.begin ?? 0);
  return {
    outcome: "measured",
    values: {
      ...{ inferenceP50: rankedQuantile(durations, 0.5), inferenceP95: rankedQuantile(durations, 0.95) },
      ...{ inferencesPerSecond: runs.length / whole, inferences: runs.length },
      configuration: counted.configuration,
      ...hefValues(hef),
    },
    stamps: found.stamps,
    conditions: { ...under("edge", found.conditions), ...under("hailortcli", sensors(hef)) },
    series: {
      ...{ inference: durations, begin: runs.map(({ begin }) => begin), warmup: warmups.map((run) => run.seconds) },
      "board.warmup": [...warm.warmups, ...warm.runs].map((run) => run.seconds),
    },
    // Another network, or library, does other work.
    identities: { network: counted.sha256 },
  };
}
