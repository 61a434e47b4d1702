import { z } from "zod";
import { defineBenchmark, type Measurement } from "../define.ts";
import { foreignConditions } from "../harness/foreign-cpu.ts";
import type { OnnxProcess } from "../harness/onnx.ts";
import { containerLimits } from "../limits.ts";
import { count, seconds } from "../metric.ts";
import { rankedQuantile } from "../quantile.ts";

const parameters = z.strictObject({
  /** Threads inside one operator; operators run one after the other. */
  threads: z.int().min(1).max(1024).default(1),
  /** `image`: OpenVINO where the image's ONNX Runtime has it, else the CPU's. */
  provider: z.enum(["image", "cpu", "openvino"]).default("image"),
  warmups: z.int().min(0).max(10_000).default(20),
  /** Ends at this many runs or after `seconds`, whichever comes first. */
  runs: z.int().min(1).max(100_000).default(1000),
  seconds: z.number().positive().max(3600).default(10),
  /** Of the input values. */
  seed: z
    .int()
    .nonnegative()
    .max(2 ** 31)
    .default(1),
  /** Seconds until the whole process must have ended. */
  timeoutSeconds: z.number().positive().max(7200).default(300),
  limits: containerLimits.default({}),
});

const MODEL = "/model";
/** Removing a container may take this long on a busy emulated host. */
const REMOVAL_SECONDS = 120;
/** As ONNX Runtime calls it, and the only machine it is built for. */
const OPENVINO = "OpenVINOExecutionProvider";
const OPENVINO_ARCHITECTURE = "x86_64";

/** One process of ONNX Runtime is one sample; its runs are the inner samples. */
export const onnx = defineBenchmark({
  name: "onnx",
  title: "ONNX Runtime inference on CPU",
  parameters,
  metrics: {
    runP50: seconds("lower", "inference, p50 of all runs", { primary: true }),
    runP95: seconds("lower", "inference, p95 of all runs"),
    runMean: seconds("lower", "inference, mean of all runs"),
    sessionCreation: seconds("lower", "session creation"),
    runs: count("higher", "runs", { kind: "diagnostic" }),
  },
  warmups: 0,
  async measure({ harness, facts }, variant, { timeoutSeconds, limits, ...given }) {
    const { engine: starter, image, model, slice } = variant;
    if (starter === undefined || image === undefined || model === undefined) {
      return { outcome: "failed", cause: `${variant.id} names no engine, no image or no model`, stamps: {} };
    }
    if (given.provider === "openvino" && facts.architecture !== OPENVINO_ARCHITECTURE) {
      return { outcome: "skipped", cause: `OpenVINO's execution provider does not exist for ${facts.architecture}` };
    }
    const options = Object.entries({ model: MODEL, ...given }).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const start = { starter, image, slice, limits, arguments: options, containerPort: 1 };
    const order = { start: { ...start, mounts: [{ source: model.path, target: MODEL }] }, timeoutSeconds };
    return toMeasurement(await harness.request("onnx", order, { timeoutSeconds: timeoutSeconds + REMOVAL_SECONDS }));
  },
});

/** The figures of one process. Pure. */
export function toMeasurement({ said, stamps, watched }: OnnxProcess) {
  if (said.outcome === "skipped") return { outcome: "skipped", cause: said.cause } as const;
  if (said.outcome === "failed") return { outcome: "failed", cause: said.cause, stamps } as const;
  const runs = said.runs.map((nanoseconds) => nanoseconds / 1e9);
  return {
    outcome: "measured",
    values: {
      runP50: rankedQuantile(runs, 0.5),
      runP95: rankedQuantile(runs, 0.95),
      runMean: runs.reduce((sum, value) => sum + value, 0) / runs.length,
      sessionCreation: said.created / 1e9,
      runs: runs.length,
    },
    stamps,
    conditions: {
      ...{ "onnx.openvino": said.provider === OPENVINO ? 1 : 0 },
      ...{ ...foreignConditions(watched.foreign), ...watched.limits.conditions },
    },
    series: { run: runs, warmup: said.warmups.map((nanoseconds) => nanoseconds / 1e9) },
    // Images with different providers may be compared on purpose, so the provider is no identity.
    identities: watched.limits.identities,
  } as const satisfies Measurement;
}
