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

export interface WriteOrder {
  /** Saved durably on the host before the first step. */
  readonly baseline: Baseline;
  readonly steps: readonly WriteStep[];
  /** Read after the last step, and kept beside the baseline. */
  readonly readBack: readonly Cell[];
  /** What the host's record becomes when no step failed: another baseline, or nothing. */
  readonly afterwards?: Baseline | "forget";
}

export interface StepResult {
  readonly exitCode: number;
  readonly message: string;
}

interface WriteAnswer {
  /** By step. A step without result was not reached. */
  readonly results: readonly (StepResult | undefined)[];
  readonly records: readonly HostRecord[];
}

/** A host as tuning sees it: each call is one round trip. */
export interface TuningHost {
  read(requests: readonly ReadRequest[]): Promise<readonly HostRecord[]>;
  write(order: WriteOrder): Promise<WriteAnswer>;
}
