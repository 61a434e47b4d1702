import { createHash } from "node:crypto";
import { UserError } from "../hosts/index.ts";
import type { HostRecord } from "./host/port.ts";
import { type Baseline, baselineSchema } from "./schema.ts";

/** The host's own record as it stands in its file. */
export function recordText(baseline: Baseline): string {
  return `${JSON.stringify(baseline)}\n`;
}

/** SHA-256 of a record's text, in hex: what a host compares with before it puts another in its place. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The text of one of the files that a host keeps, out of its answer; empty when it has none. */
export function keptText(records: readonly HostRecord[], name: "tuning.json" | "tuning.readback"): string {
  const kept = records.find((record) => record.kind === "record" && record.name === name);
  return Buffer.from(kept?.value ?? "", "base64").toString();
}

/** Throws `UserError` when a record can't be understood. */
export function parseRecord(text: string): Baseline {
  try {
    return baselineSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError(
      "/var/lib/distrobench/baseline/tuning.json on the host can't be understood: a newer distrobench may have written it",
      {
        remedy: "use that version to restore, or read the file and put its `before` values back by hand, then remove it",
        cause,
      },
    );
  }
}
