import { accessSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { homeOnHost } from "./home.ts";
import { runOnce, type UserCommandOrder } from "./user-command.ts";

/** What can be counted of a command: work, and not time, so that it is the same on a busy host. */
export const countables = ["instructions", "syscalls"] as const;
export type Countable = (typeof countables)[number];

interface Counter {
  readonly program: string;
  /** Options that stand before the command; what is found goes to files of the folder. */
  options(folder: string): readonly string[];
  /** Of the text of one of those files. */
  read(text: string): number;
}

/** Both follow every process that the command starts. */
const counters: Readonly<Record<Countable, Counter>> = {
  instructions: {
    program: "valgrind",
    options: (folder) => ["--tool=callgrind", "--quiet", "--trace-children=yes", `--callgrind-out-file=${join(folder, "%p")}`],
    read: parseInstructions,
  },
  syscalls: {
    program: "strace",
    options: (folder) => ["-f", "-c", "-o", join(folder, "all")],
    read: parseSystemCalls,
  },
};

export interface CountOrder {
  readonly what: Countable;
  readonly order: Omit<UserCommandOrder, "container">;
}

export type Counted =
  | { readonly outcome: "counted"; readonly count: number }
  | { readonly outcome: "failed"; readonly cause: string };

/** Runs the command once more, on the host and under what counts. */
export async function countOnce({ what, order }: CountOrder): Promise<Counted> {
  const { program, options, read } = counters[what];
  const folder = mkdtempSync(join(homeOnHost() ?? tmpdir(), "distrobench-"));
  try {
    const run = await runOnce(order, [program, ...options(folder)]);
    if (run.outcome === "failed") return { outcome: "failed", cause: `under ${program}: ${run.cause}` };
    const counts = readdirSync(folder).map((name) => read(readFileSync(join(folder, name), "utf8")));
    const count = counts.reduce((sum, one) => sum + one, 0);
    return count > 0 ? { outcome: "counted", count } : { outcome: "failed", cause: `${program} counted nothing` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Programs that this host lacks to count that. */
export function missingCounters(what: readonly Countable[]): readonly string[] {
  return what.map((one) => counters[one].program).filter((program) => !isOnPath(program));
}

/** Instructions executed by one process (`Ir`), from a file of callgrind's (format: Valgrind's manual, "Callgrind Format Specification"). */
export function parseInstructions(text: string): number {
  const column = (/^events:(.*)$/m.exec(text)?.[1] ?? "").trim().split(/\s+/).indexOf("Ir");
  const total = /^totals:(.*)$/m.exec(text)?.[1] ?? /^summary:(.*)$/m.exec(text)?.[1] ?? "";
  return Number(total.trim().split(/\s+/)[column] ?? 0);
}

/**
 * System calls of all processes together, from the table of `strace -c`. Its rows are summed, because older versions leave a column of the
 * row `total` empty.
 */
export function parseSystemCalls(table: string): number {
  const rows = table.matchAll(/^\s*\S+\s+\d+\.\d+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\S+)$/gm);
  return [...rows].reduce((sum, [, calls, name]) => (name === "total" ? sum : sum + Number(calls)), 0);
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
