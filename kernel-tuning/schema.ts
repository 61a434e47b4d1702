import { z } from "zod";
import { connectionSchema, distributionName } from "../hosts/index.ts";
import { cellKinds } from "./cells.ts";

/** A value as text, or several of which the first whose conditions hold counts; none that holds means: leave it alone. */
export const knobValue = z.union(
  [
    z.string(),
    z.array(
      z.strictObject({
        /** Such as `>=6.6` or `>=5.13 <6.6`. */
        kernel: z.string().optional(),
        distributions: z.array(distributionName).optional(),
        /** Of the host, with all their threads. */
        atLeastCores: z.int().positive().optional(),
        value: z.string(),
      }),
    ),
  ],
  { error: "expected a text, in quotes when it is a number, or a list of { kernel, distributions, atLeastCores, value }" },
);
export type KnobValue = z.output<typeof knobValue>;
export type Knobs = Readonly<Record<string, KnobValue>>;

/** A profile applied to one host. */
export const tuningInputs = z.strictObject({
  host: z.string(),
  connection: connectionSchema,
  /** Names the physical machine, for the measuring lock. */
  machine: z.string(),
  distribution: distributionName,
  profile: z.string(),
  /** The profile's knobs. `read` puts what it found in the place of a value that the host no longer has. */
  knobs: z.record(z.string(), knobValue),
  /** What words in CPU lists mean, where the topology's answer is not wanted. */
  cpus: z
    .strictObject({
      serving: z.string().optional(),
      housekeeping: z.string().optional(),
      "accelerator-irq": z.string().optional(),
    })
    .optional(),
  /**
   * How long a host waits for a new connection before it undoes what may have cut the link: 300 s after a start with another command
   * line, 120 s for other values, unless given.
   */
  confirmSeconds: z.int().min(20).max(3600).optional(),
  /** Put earlier values back even over those that somebody else has set since. */
  force: z.boolean().optional(),
});
export type TuningInputs = z.output<typeof tuningInputs>;

const baselineCell = z.strictObject({
  kind: z.enum(cellKinds),
  name: z.string(),
  /** The value before the first write; `absent` for what was not there. */
  before: z.string(),
  origin: z.enum(["live", "file", "absent"]),
  /** What we wrote last, as read back. */
  wrote: z.string(),
});
export type BaselineCell = z.output<typeof baselineCell>;

/** What a host was like before: kept on the host and in the state. Cells in the order of writing. */
export const baselineSchema = z.strictObject({
  version: z.literal(1),
  /** `<stack>/<host>` */
  owner: z.string(),
  profile: z.string(),
  bootId: z.string(),
  /** ISO 8601. */
  at: z.string(),
  cells: z.array(baselineCell),
});
export type Baseline = z.output<typeof baselineSchema>;

/** What became of one knob. */
export interface KnobReport {
  readonly knob: string;
  /**
   * `not-applicable`: this host has no such thing, which is neither pass nor fail. `unsupported`: it has, but not as it is now; the note
   * says what to do. `managed`: the kernel keeps some of it.
   */
  readonly status: "applied" | "substituted" | "not-applicable" | "unsupported" | "managed" | "refused";
  readonly expected: string;
  readonly found: string;
  readonly note?: string;
}

export interface TuningOutputs extends TuningInputs {
  readonly baseline: Baseline;
  readonly reports: readonly KnobReport[];
  /** Values read back, by knob: part of what a result depends on. */
  readonly readBack: Readonly<Record<string, string>>;
  /** Cells that the kernel does not let anybody move. */
  readonly managed: readonly string[];
}
