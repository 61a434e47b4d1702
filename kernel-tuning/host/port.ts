import type { Verdict } from "../../hosts/index.ts";
import type { Parameter } from "../boot/command-line.ts";
import type { Cell, CellKind } from "../cells.ts";
import type { Baseline } from "../schema.ts";

/** What to read: a cell; the name of a `value` may hold `*`; `swap *` reads every device. */
export interface ReadRequest {
  readonly kind: CellKind;
  readonly name: string;
}

/** One line of a host's answer. */
export interface HostRecord {
  readonly kind: string;
  readonly name: string;
  readonly value: string;
}

export interface WriteStep extends Cell {
  readonly value: string;
  readonly assignment?: string;
}

/** The last steps of an order may cut the link: the host takes them back, one by one, unless a new connection confirms in time. */
export interface Guard {
  /** As many as there are such steps. */
  readonly undo: readonly WriteStep[];
  readonly seconds: number;
}

/** A record to save before anything is changed. */
export interface Keeping {
  readonly baseline: Baseline;
  /**
   * Digest of the record that it takes the place of; undefined: there is none yet. Where the host has another one nothing is done, and the
   * call rejects with `RecordTaken`.
   */
  readonly over: string | undefined;
}

/** The record is saved durably on the host before the first step. */
export interface WriteOrder extends Keeping {
  readonly steps: readonly WriteStep[];
  /** Read after the last step, and kept beside the baseline. */
  readonly readBack: readonly Cell[];
  /** What the host's record becomes when no step failed: another baseline, or nothing. */
  readonly afterwards?: Baseline | "forget";
  /** Only for a host that has a link. */
  readonly guard?: Guard;
}

export interface StepResult {
  readonly exitCode: number;
  readonly message: string;
}

export interface WriteAnswer {
  /** By step. A step without result was not reached. */
  readonly results: readonly (StepResult | undefined)[];
  readonly records: readonly HostRecord[];
}

/** Another command line for the kernel; the record is saved durably on the host first. */
export interface BootChange extends Keeping {
  /** The boot loader's file. */
  readonly path: string;
  readonly loader: "grub" | "file";
  /** Values of a `file` cell: for good, and while on trial. */
  readonly file: string;
  readonly trialFile: string;
  readonly parameters: readonly Parameter[];
  /** How long a started host waits for a new connection before it undoes the change. */
  readonly confirmSeconds: number;
}

/** How a host is started again. */
export interface BootHost {
  /**
   * Starts the host once with the parameters; when a new connection has seen them in /proc/cmdline they are made permanent. Rejects with
   * `UserError` when the host came back without them: then nothing has changed.
   */
  tryOnce(change: BootChange): Promise<void>;
  /** Makes parameters permanent that the running kernel has. */
  persist(change: BootChange): Promise<void>;
  /** Has the boot loader read its file. */
  apply(path: string): Promise<void>;
  /** Resolves when a new connection has seen another boot id. */
  restart(): Promise<void>;
  /** Removes what a trial left that nobody followed to its end. */
  withdraw(): Promise<void>;
}

/** A host as tuning sees it: each call is one round trip. */
export interface TuningHost {
  /** Absent where a restart would end this program too. */
  readonly boot?: BootHost;
  /** Absent where there is no link that could be cut. `confirm` takes a guard off, over a connection of its own. */
  readonly link?: { confirm(guard: Guard): Promise<Verdict> };
  read(requests: readonly ReadRequest[]): Promise<readonly HostRecord[]>;
  write(order: WriteOrder): Promise<WriteAnswer>;
}
