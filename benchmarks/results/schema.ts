import { z } from "zod";

/** Version of everything under `results/<session>/`. Old versions stay readable: `versions.ts`. */
export const RESULTS_VERSION = 1;

/** session.json as it was before it was written last, beside it. */
export const PREVIOUS_SESSION = "session.previous.json";

export const metricDefinition = z.strictObject({
  name: z.string(),
  title: z.string(),
  /** Base unit: `s`, `B`, `1/s`, `ratio`. Values are stored in it; formatting happens at the edge. */
  unit: z.enum(["s", "B", "1/s", "ratio", "count"]),
  better: z.enum(["lower", "higher"]),
  /** One per test leads the report. */
  primary: z.boolean(),
  /** `phase` metrics add up to the primary one and are drawn as a bar. */
  kind: z.enum(["result", "phase", "diagnostic"]),
  /** Follows from what is measured alone, such as the bytes of an image: one value, n = 1, and no interval to estimate. */
  exact: z.boolean().optional(),
});
export type MetricDefinition = z.output<typeof metricDefinition>;

const sessionVariant = z.strictObject({
  id: z.string(),
  host: z.string(),
  labels: z.record(z.string(), z.string()),
  /** This variant is a second label of another one (A/A). */
  aaOf: z.string().optional(),
  /** sha256 of facts, package versions and tuning, as in the inputs: an interrupted session goes on only where it is the same. */
  environment: z.string().optional(),
});

/** A decision about going on, taken from the samples of the blocks before it. */
const look = z.strictObject({
  /** Complete blocks it looked at. */
  blocks: z.int().nonnegative(),
  /** ISO 8601, a label only. */
  at: z.string(),
  /** Half the width of the 95 % interval of ln(variant / baseline), primary metric; null where there is no interval yet. */
  halfWidths: z.record(z.string(), z.number().nullable()),
  /** ln(1 + tolerance / 2): what every half-width must come down to. */
  needed: z.number(),
  /** Seconds of measuring so far, and those that the next block is expected to take. */
  seconds: z.number(),
  blockSeconds: z.number(),
  decision: z.enum(["go on", "stop"]),
  reason: z.string(),
});

/** An interrupted session that went on later. */
const resumption = z.strictObject({
  /** ISO 8601, a label only. */
  at: z.string(),
  /** Sequence number of the first sample after it. */
  sequence: z.int().nonnegative(),
  /** The block that the interruption cut: its samples are kept and not counted. Absent where it came between two blocks. */
  cutBlock: z.int().optional(),
});

/** A knob that was otherwise than its host's tuning had left it. */
const drift = z.strictObject({ host: z.string(), knob: z.string(), expected: z.string(), found: z.string() });
export type Drift = z.output<typeof drift>;

/** `results/<session>/session.json`, written before the first sample and again at the end. */
export const sessionSchema = z.strictObject({
  version: z.literal(RESULTS_VERSION),
  id: z.string(),
  stack: z.string(),
  benchmark: z.string(),
  test: z.string(),
  title: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  metrics: z.array(metricDefinition),
  variants: z.array(sessionVariant),
  baseline: z.string(),
  design: z.strictObject({
    /** The number of blocks, or the most where there are looks. */
    blocks: z.int(),
    /** Numbers of blocks after which the session may end because its intervals are narrow enough. */
    looks: z.array(z.int()).optional(),
    /** No block is begun that would probably end later than this. */
    budgetSeconds: z.number().optional(),
    seed: z.int(),
    tolerance: z.number(),
    warmups: z.int(),
    order: z.literal("randomised-complete-blocks"),
    noisyHost: z.boolean(),
  }),
  instrument: z.string(),
  /** ISO 8601, labels only. */
  startedAt: z.string(),
  finishedAt: z.string().optional(),
  outcome: z.enum(["running", "complete", "interrupted", "failed"]),
  failure: z.string().optional(),
  /** Looks taken, oldest first. */
  looks: z.array(look).optional(),
  resumptions: z.array(resumption).optional(),
  /** When the tuning of each tuned host was last written (ISO 8601), and under which boot id, by host; after a resumption as of then. */
  tunings: z.record(z.string(), z.strictObject({ at: z.string(), bootId: z.string() })).optional(),
  /** Knobs that had changed when the session ended: whatever changed them, it is not known before which sample. */
  drifts: z.array(drift).optional(),
});
export type Look = z.output<typeof look>;
export type Session = z.output<typeof sessionSchema>;

export const validity = z.discriminatedUnion("status", [
  z.strictObject({ status: z.literal("valid") }),
  /** Counted out, by a rule declared before measuring. */
  z.strictObject({
    status: z.literal("invalid"),
    reasons: z.array(z.strictObject({ rule: z.string(), detail: z.string() })).min(1),
  }),
  /** Kept, marked: control kernel moved, outlier flag. */
  z.strictObject({
    status: z.literal("disturbed"),
    reasons: z.array(z.strictObject({ rule: z.string(), detail: z.string() })).min(1),
  }),
  /** Did not finish: +infinity in order statistics. */
  z.strictObject({ status: z.literal("failed"), cause: z.string() }),
  /** The engine, the connection or the host broke, not the thing measured: no figure, and not counted. */
  z.strictObject({ status: z.literal("infra-error"), cause: z.string() }),
  /** The host can't do it at all: no figure, and no failure. */
  z.strictObject({ status: z.literal("skipped"), cause: z.string() }),
]);
export type Validity = z.output<typeof validity>;

/** One line of `samples.jsonl`. The unit of analysis: one container, boot, window or process. */
export const sampleSchema = z.strictObject({
  /** Position in the session, from 0, without gaps: the run sequence. */
  sequence: z.int().nonnegative(),
  variant: z.string(),
  role: z.enum(["warm-up", "measured", "calibration"]),
  block: z.int().nonnegative(),
  /** Position in the block. */
  order: z.int().nonnegative(),
  /** Wall clock at the start, a label only. */
  at: z.string(),
  /** Metric name to value in its base unit. Empty for a failed sample. */
  values: z.record(z.string(), z.number()),
  /** CLOCK_MONOTONIC nanoseconds on the host, as decimal strings: raw stamps behind the values. */
  stamps: z.record(z.string(), z.string()),
  /** Before and after: pressure, load, steal, memory and more, by dotted name. */
  conditions: z.record(z.string(), z.number()),
  /** Texts that must be equal in all variants, such as the digest of generated tokens. */
  identities: z.record(z.string(), z.string()).optional(),
  validity,
});
export type Sample = z.output<typeof sampleSchema>;

/**
 * One line of `series.jsonl`: what was seen inside one sample (every request, every token), in base units and in order. Never a unit of
 * analysis; a file of its own, so that summaries need not read it.
 */
export const seriesSchema = z.strictObject({
  /** Of the sample it belongs to. */
  sequence: z.int().nonnegative(),
  series: z.record(z.string(), z.array(z.number())),
});
export type SampleSeries = z.output<typeof seriesSchema>;

/** `results/<session>/environment/<host>.json`: what was true of the host when it was measured. */
export const environmentSchema = z.strictObject({
  host: z.string(),
  emulated: z.boolean(),
  /** Dotted name to text; compared line by line between hosts. */
  facts: z.record(z.string(), z.string()),
  /** Names in `facts` that make up the fingerprint: results with another fingerprint are not comparable. */
  fingerprint: z.array(z.string()),
});
export type Environment = z.output<typeof environmentSchema>;

/** A whole session as read back from disk. Everything a person reads is computed from this. */
export interface SessionData {
  readonly directory: string;
  readonly session: Session;
  readonly samples: readonly Sample[];
  readonly environments: readonly Environment[];
  /** Version that its files were written in, where it is not today's. */
  readonly writtenVersion?: number;
  /** Hosts whose environment was unreadable. */
  readonly unknownHosts?: readonly string[];
  /** What was unreadable, such as a cut last line. */
  readonly warnings: readonly string[];
}
