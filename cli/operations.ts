import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { bytesText } from "../hosts/index.ts";
import { duration, table } from "./style.ts";

const operation = z.object({
  at: z.string(),
  type: z.string(),
  name: z.string(),
  operation: z.enum(["create", "read", "update", "delete"]),
  /** Without the time in `waited`. */
  seconds: z.number(),
  /** Seconds in which another operation had the machine. */
  waited: z.number().default(0),
  outcome: z.enum(["ok", "failed", "cancelled"]),
  /** What was said: message, then remedy. */
  error: z.string().optional(),
});
const transport = z.object({
  type: z.literal("transport"),
  host: z.string(),
  handshakes: z.number(),
  bytesSent: z.number(),
  bytesReceived: z.number(),
});
const line = z.union([transport, operation]);

type OperationLine = z.output<typeof operation>;
type TransportLine = z.output<typeof transport>;

export interface Operations {
  readonly operations: readonly OperationLine[];
  readonly transports: readonly TransportLine[];
}

/** What the provider process did during a run, from its log; a line cut off by a kill is left out. */
export function readOperations(file: string): Operations {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const records = lines.flatMap((text) => parseLine(text));
  return {
    operations: records.filter((record): record is OperationLine => "operation" in record),
    transports: records.filter((record): record is TransportLine => record.type === "transport"),
  };
}

function parseLine(text: string): z.output<typeof line>[] {
  try {
    const result = line.safeParse(JSON.parse(text));
    return result.success ? [result.data] : [];
  } catch {
    return [];
  }
}

/** What failed, each with its message and remedy, as the last thing a reader sees; empty when nothing did. */
export function failureList({ operations }: Operations): string {
  return operations
    .filter(({ outcome }) => outcome === "failed")
    .map(({ type, name, operation: what, error }) => {
      const lines = (error ?? "its message is above").split("\n");
      return [`${what} of ${type.split(":").at(-1)} ${name} failed:`, ...lines.map((text) => `  ${text}`)].join("\n");
    })
    .join("\n");
}

/** One line per resource that something was done to: reads that found all well are left out. */
export function operationTable({ operations, transports }: Operations): string {
  const changed = operations.filter((record) => record.operation !== "read");
  const rows = changed.map(({ type, name, operation: what, seconds, waited, outcome }) => [
    type.split(":").at(-1) ?? type,
    name,
    what,
    duration(seconds),
    [...(outcome === "ok" ? [] : [outcome]), ...(waited < 1 ? [] : [`after ${duration(waited)} of waiting`])].join(", "),
  ]);
  const hosts = transports.map(
    ({ host, handshakes, bytesSent, bytesReceived }) =>
      `${host}: ${handshakes} SSH handshake${handshakes === 1 ? "" : "s"}, ${bytesText(bytesSent)} sent, ${bytesText(bytesReceived)} received`,
  );
  return [table(rows, [3]), ...hosts].filter((part) => part !== "").join("\n");
}
