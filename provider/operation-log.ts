import { appendFileSync } from "node:fs";
import type { TransportStatistics } from "../hosts/index.ts";

export type Operation = "create" | "read" | "update" | "delete";
export type Outcome = "ok" | "failed" | "cancelled";

/** One line per operation on a resource. */
export interface OperationRecord {
  /** Start, ISO 8601. */
  readonly at: string;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly operation: Operation;
  /** Without the time in `waited`. */
  readonly seconds: number;
  /** Seconds in which another operation had the machine. */
  readonly waited: number;
  readonly outcome: Outcome;
  readonly error?: string;
}

/** At the end of the process, one line per host. */
export interface TransportRecord extends TransportStatistics {
  readonly type: "transport";
  readonly host: string;
}

export type OperationLog = (record: OperationRecord | TransportRecord) => void;

/**
 * Appends JSON lines to a file; at once, because the engine may kill the process. Without a file it does nothing. Nor does it where the file
 * can't be written (a full disk, a `clean` meanwhile): what was done on a host must not be lost from the state because of a line here.
 */
export function operationLog(file: string | undefined): OperationLog {
  if (file === undefined || file === "") return () => undefined;
  return (record) => {
    try {
      appendFileSync(file, `${JSON.stringify(record)}\n`);
    } catch (error) {
      if (!(error instanceof Error) || !("code" in error)) throw error;
    }
  };
}
