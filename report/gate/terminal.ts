import type { ComparisonResult, FingerprintDifference, GateResult, GateVerdict } from "../../benchmarks/gate/index.ts";
import { percent } from "../format.ts";
import type { TerminalOptions } from "../terminal.ts";
import { EMULATED } from "../view.ts";
import {
  comparisonCells,
  comparisonNumbers,
  comparisonTitles,
  differenceCells,
  differenceTitles,
  gateCells,
  gateNumbers,
  gateTitles,
  neededText,
  questionText,
} from "./cells.ts";
import { columns } from "./columns.ts";

const colours: Readonly<Record<GateVerdict, number>> = { PASS: 32, FAIL: 31, INCONCLUSIVE: 33, INVALID: 31, "NO-BASELINE": 33 };

/** A gate result for a terminal: the verdict last, where the eye is when a command ends. */
export function renderGateTerminal(result: GateResult, options: TerminalOptions = {}): string {
  const table = columns([gateTitles, ...result.rows.map(gateCells)], gateNumbers);
  const needed = neededText(result);
  return text([
    paint(`${result.title}: ${result.benchmark} (${result.session})`, 1, options),
    questionText(result),
    ...(result.emulated ? [paint(EMULATED, 33, options)] : []),
    ...(result.rows.length === 0 ? [] : ["", ...table, "", ...result.rows.map(({ sentence }) => sentence)]),
    ...differenceLines(
      result.design === "paired" ? "hardware facts that differ" : "fingerprint facts that differ",
      result.differences,
    ),
    "",
    ...result.reasons.filter(({ rule }) => rule !== "environment").map(({ detail }) => detail),
    ...(needed === undefined ? [] : [needed]),
    paint(`${result.verdict} (exit code ${result.exitCode})`, colours[result.verdict], options),
  ]);
}

/** A comparison for a terminal. */
export function renderComparisonTerminal(result: ComparisonResult, options: TerminalOptions = {}): string {
  const variants = result.kind === "variants";
  const cells = result.rows.map((row) => comparisonCells(row, variants ? undefined : row.b));
  const { comparable, differences } = result;
  return text([
    paint(`${result.title}: ${result.b} against ${result.a}`, 1, options),
    `${result.session === undefined ? "two sessions, unpaired" : `${result.session}, block by block`}; ratio = second / first; equivalent within ${percent(result.tolerance)}`,
    ...(result.emulated ? [paint(EMULATED, 33, options)] : []),
    ...(variants && differences.length > 0 ? [paint("confounded: the hosts' hardware differs", 33, options)] : []),
    "",
    ...columns([comparisonTitles, ...cells], comparisonNumbers),
    ...differenceLines(variants ? "hardware facts that differ" : "fingerprint facts that differ", differences),
    "",
    ...result.skipped,
    ...result.reasons.map(({ detail }) => detail),
    ...(comparable ? result.rows.map(({ sentence }) => sentence) : [paint("not comparable: figures only", 31, options)]),
  ]);
}

function differenceLines(heading: string, differences: readonly FingerprintDifference[]): readonly string[] {
  if (differences.length === 0) return [];
  return ["", `${heading}:`, ...columns([differenceTitles, ...differences.map(differenceCells)], [])];
}

function text(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}

function paint(words: string, code: number, { colour }: TerminalOptions): string {
  return colour === true ? `\u001b[${code}m${words}\u001b[0m` : words;
}
