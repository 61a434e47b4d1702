import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Figure } from "./figure.ts";
import { SESSIONS, storeHistory } from "./history-sessions.ts";
import { middle } from "./timed.ts";

const BENCHMARKS = 2;
const ROUNDS = 3;

interface Use {
  readonly seconds: number;
  /** The most that was resident. */
  readonly bytes: number;
}

/** What a long history adds to the comparison in a terminal and to the page: newest sessions of two benchmarks alone, and with all before them. */
export async function measure(): Promise<readonly Figure[]> {
  const [alone, whole] = [1, SESSIONS + 1].map(rootWith);
  try {
    return ["terminal", "page"].flatMap((use) => compared(use, alone ?? "", whole ?? ""));
  } finally {
    for (const root of [alone, whole]) if (root !== undefined) rmSync(root, { recursive: true });
  }
}

function rootWith(sessions: number): string {
  const root = mkdtempSync(join(tmpdir(), "distrobench-perf-history-"));
  copyFileSync(join(import.meta.dirname, "../../package.json"), join(root, "package.json"));
  storeHistory(root, sessions);
  return root;
}

/** In turn, so that another load on the machine meets both; the middle of three. */
function compared(use: string, alone: string, whole: string): readonly Figure[] {
  const found = Array.from({ length: ROUNDS }, () => [alone, whole].map((root) => inItsOwnProcess(use, root)));
  const [without, all] = [0, 1].map((column) => {
    const uses = found.flatMap((round) => round[column] ?? []);
    return { seconds: middle(uses.map(({ seconds }) => seconds)), bytes: middle(uses.map(({ bytes }) => bytes)) };
  });
  if (without === undefined || all === undefined) return [];
  const what = `history: ${use} of ${BENCHMARKS} benchmarks`;
  const added = (all.seconds - without.seconds) / BENCHMARKS;
  return [
    { what: `${what} alone, with ${SESSIONS} sessions before each`, value: `${shown(without)}; ${shown(all)}`, aim: "" },
    { what: `${what}: time added by each history`, value: `${added.toFixed(2)} s`, aim: "1 s" },
  ];
}

/** The newest session of each benchmark is the last of its name. */
function inItsOwnProcess(use: string, root: string): Use {
  const names = readdirSync(join(root, "results")).filter((name) => !name.startsWith("report-"));
  const sessions = names
    .sort()
    .slice(-BENCHMARKS)
    .map((name) => `results/${name}`);
  const program = join(import.meta.dirname, "history-reader.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", program, use, root, ...sessions], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${use} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Use;
}

function shown({ seconds, bytes }: Use): string {
  return `${seconds.toFixed(2)} s, ${Math.round(bytes / 2 ** 20)} MiB`;
}
