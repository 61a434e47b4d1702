import { CommandError } from "../../hosts/index.ts";
import { RecordTaken } from "../owner.ts";
import { keptText, parseRecord } from "../record.ts";
import { parseRecords } from "./records.ts";

/** Exit code of a script that found another record than the one it was to take the place of; it prints what it found. */
export const TAKEN = 73;

/** The failure of such a script as what it is; any other is returned as it came. */
export function explainTaken(host: string, error: unknown): unknown {
  if (!(error instanceof CommandError) || error.exitCode !== TAKEN) return error;
  const text = keptText(parseRecords(error.stdout), "tuning.json");
  return new RecordTaken(host, text === "" ? undefined : parseRecord(text), { cause: error });
}
