import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { buildGoProgram } from "../lab/go-program.ts";

/** What vegeta says of one attack. */
export interface VegetaRun {
  /** Seconds, ascending, from vegeta's own real send. */
  readonly latencies: readonly number[];
  /** Seconds by which each hit left later than the earliest one did, against the constant schedule. */
  readonly lateness: readonly number[];
  /** CPU seconds of the whole attack. */
  readonly cpuSeconds: number;
}

/** Builds vegeta from the versions pinned in go.mod, once per checkout. The path of the program, or why there is none. */
export function buildVegeta() {
  return buildGoProgram("vegeta", { directory: import.meta.dirname, module: "github.com/tsenart/vegeta/v12", timeout: 500_000 });
}

/** GET at a constant rate. The shell prints the CPU times of what it ran, which Node.js does not know. */
export async function attack(program: string, url: string, rate: number, seconds: number): Promise<VegetaRun> {
  const script = `printf 'GET %s\\n' "$2" | "$1" attack -rate "$3" -duration "$4"s | "$1" encode -to json; times >&2`;
  const given = ["-c", script, "sh", program, url, String(rate), String(seconds)];
  const { stdout, stderr } = await promisify(execFile)("sh", given, { maxBuffer: 2 ** 28 });
  const hits = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { seq: number; latency: number; timestamp: string })
    .sort((a, b) => a.seq - b.seq);
  const offsets = hits.map(({ seq, timestamp }) => wallSeconds(timestamp) - wallSeconds(hits[0]?.timestamp ?? "") - seq / rate);
  const earliest = Math.min(...offsets);
  return {
    latencies: hits.map(({ latency }) => latency / 1e9).sort((a, b) => a - b),
    lateness: offsets.map((offset) => offset - earliest).sort((a, b) => a - b),
    cpuSeconds: childTimes(stderr),
  };
}

/** Seconds of an RFC 3339 time within its day, with all nine digits. */
function wallSeconds(timestamp: string): number {
  const [, hours = 0, minutes = 0, seconds = 0] = (/T(\d+):(\d+):([\d.]+)/.exec(timestamp) ?? []).map(Number);
  return hours * 3600 + minutes * 60 + seconds;
}

/** The second line of the shell's `times`: user and system time of all children (`0m1.5s 0m0.2s`). */
function childTimes(text: string): number {
  const all = [...text.matchAll(/(\d+)m([\d.]+)s/g)].map((match) => Number(match[1]) * 60 + Number(match[2]));
  return (all[2] ?? 0) + (all[3] ?? 0);
}

/** The ceil(p n)th of ascending values. */
export function quantile(sorted: readonly number[], p: number): number {
  return sorted[Math.ceil(p * sorted.length) - 1] ?? Number.NaN;
}
