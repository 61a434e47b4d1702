import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildGoProgram } from "../lab/go-program.ts";

/** What benchstat says of one benchmark measured before and after. */
export interface BenchstatRow {
  readonly medians: readonly [number, number];
  /** Distance of the further end of each interval from its median, in whole percent; `undefined` where there are too few samples. */
  readonly percents: readonly [number | undefined, number | undefined];
  /** Of the Mann-Whitney test, to three digits. */
  readonly p: number;
}

export type Sets = readonly [before: readonly number[], after: readonly number[]];

/** Builds benchstat from the versions pinned in go.mod, once per checkout. The path of the program, or why there is none. */
export function buildBenchstat() {
  return buildGoProgram("benchstat", {
    directory: import.meta.dirname,
    module: "golang.org/x/perf/cmd/benchstat",
    timeout: 300_000,
  });
}

/** Lets benchstat compare sets of seconds; a row per pair of sets, in their order. */
export function benchstat(program: string, pairs: readonly Sets[]): readonly BenchstatRow[] {
  const directory = mkdtempSync(join(tmpdir(), "distrobench-benchstat-"));
  try {
    const files = ["before", "after"].map((name, side) => {
      const lines = pairs.flatMap((sets, pair) => (sets[side] ?? []).map((value) => `BenchmarkPair${pair} 1 ${value} sec/op\n`));
      writeFileSync(join(directory, name), lines.join(""));
      return join(directory, name);
    });
    const text = execFileSync(program, ["-format", "csv", ...files], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    return text
      .split("\n")
      .filter((line) => line.startsWith("Pair"))
      .map(parseRow);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** `Pair0,1.006e-06,16%,8.463e-07,10%,-15.87%,p=0.019 n=10`; an interval that does not exist is `∞`. */
function parseRow(line: string): BenchstatRow {
  const [, before = "", beforeCi = "", after = "", afterCi = "", , p = ""] = line.split(",");
  const percent = (text: string) => (/^\d+%$/.test(text) ? Number.parseInt(text, 10) : undefined);
  return {
    medians: [Number(before), Number(after)],
    percents: [percent(beforeCi), percent(afterCi)],
    p: Number(/p=([\d.]+)/.exec(p)?.[1]),
  };
}
