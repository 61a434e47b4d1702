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

/** One checkout of distrobench, as the one who tunes. */
const controllerSchema = z.strictObject({
  /** A random UUID, kept beside the checkout's state. */
  id: z.string(),
  /** For people: `anna@laptop:/home/anna/distrobench`. */
  name: z.string(),
});
export type Controller = z.output<typeof controllerSchema>;

const firstCell = z.strictObject({
  kind: z.enum(cellKinds),
  name: z.string(),
  /** The value before the first write; `absent` for what was not there. */
  before: z.string(),
  origin: z.enum(["live", "file", "absent"]),
  /** What we wrote last, or were about to write. */
  wrote: z.string(),
});

const baselineCell = firstCell.extend({
  /** When `before` was read; ISO 8601. */
  at: z.string(),
  /** The start of the host in which it had, or was to get, our value: /proc/sys/kernel/random/boot_id; empty: in a later one. */
  bootId: z.string(),
  /**
   * Other values that are ours: what the kernel made of `wrote`, what we had written before, which a write that was cut leaves, or what a file
   * of ours gives it at a start.
   */
  also: z.array(z.string()).optional(),
  /** What somebody else had set when we were about to write, and may have kept: a read-back of these is not ours. */
  foreign: z.array(z.string()).optional(),
  /** Services that this one was stopped because of: once it is stopped the host may not know that they belong together. */
  goesWith: z.array(z.string()).optional(),
});
export type BaselineCell = z.output<typeof baselineCell>;

/** What planning needs of a cell: the value before the first write, and which ones are ours in which start of the host. */
export const rememberedCell = baselineCell
  .pick({ kind: true, name: true, before: true, wrote: true, bootId: true, also: true, goesWith: true })
  .strip();

const secondBaseline = z.strictObject({
  version: z.literal(2),
  /** `<stack>/<host>` */
  owner: z.string(),
  /** Who tunes; absent in what an older distrobench wrote. */
  controller: controllerSchema.optional(),
  profile: z.string(),
  /** When the owner's first record was made; ISO 8601. */
  at: z.string(),
  cells: z.array(baselineCell),
});
export type Baseline = z.output<typeof secondBaseline>;

/** What was written to the end of November 2026: one time and one start of the host for all cells, those of the last write. */
const firstBaseline = secondBaseline
  .omit({ controller: true })
  .extend({ version: z.literal(1), bootId: z.string(), cells: z.array(firstCell) })
  .transform(
    ({ bootId, ...record }): Baseline => ({
      ...record,
      version: 2,
      cells: record.cells.map((cell) => ({ ...cell, at: record.at, bootId })),
    }),
  );

/** What a host was like before: kept on the host and in the state. Cells in the order of writing. Older versions become the newest. */
export const baselineSchema = z.union([secondBaseline, firstBaseline]);

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
  /** When values were last written (ISO 8601), and in which start of the host; absent in the state of an older distrobench. */
  readonly written?: { readonly at: string; readonly bootId: string };
  readonly reports: readonly KnobReport[];
  /** Values read back, by knob: part of what a result depends on. */
  readonly readBack: Readonly<Record<string, string>>;
  /** Cells that the kernel does not let anybody move. */
  readonly managed: readonly string[];
}
