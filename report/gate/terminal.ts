import type { ComparisonResult, FingerprintDifference, GateResult, GateVerdict } from "../../benchmarks/gate/index.ts";
import { percent } from "../format.ts";
import type { TerminalOptions } from "../terminal.ts";
import { EMULATED } from "../view.ts";
import { wrapped } from "../wrapped.ts";
import {
  comparisonCells,
  comparisonNumbers,
  comparisonSpare,
  comparisonTitles,
  differenceCells,
  differenceTitles,
  gateCells,
  gateNumbers,
  gateSpare,
  gateTitles,
  neededText,
  questionText,
} from "./cells.ts";
import { columns } from "./columns.ts";

const colours: Readonly<Record<GateVerdict, number>> = { PASS: 32, FAIL: 31, INCONCLUSIVE: 33, INVALID: 31, "NO-BASELINE": 33 };

/** A gate result for a terminal: the verdict last, where the eye is when a command ends. */
export function renderGateTerminal(result: GateResult, options: TerminalOptions = {}): string {
  const { width } = options;
  const table = columns([gateTitles, ...result.rows.map(gateCells)], { numbers: gateNumbers, spare: gateSpare, width });
  const needed = neededText(result);
  const reasons = result.reasons.filter(({ rule }) => rule !== "environment").map(({ detail }) => detail);
  return text([
    paint(wrapped(`${result.title}: ${result.benchmark} (${result.session})`, width).join("\n"), 1, options),
    ...wrapped(questionText(result), width),
    ...(result.emulated ? [paint(EMULATED, 33, options)] : []),
    ...(result.rows.length === 0 ? [] : ["", ...table, "", ...sentences(result.rows, options)]),
    ...differenceLines(
      result.design === "paired" ? "hardware facts that differ" : "fingerprint facts that differ",
      result.differences,
    ),
    "",
    ...[...reasons, ...(needed === undefined ? [] : [needed])].flatMap((line) => wrapped(line, width)),
    paint(`${result.verdict} (exit code ${result.exitCode})`, colours[result.verdict], options),
  ]);
}

/** A comparison for a terminal. */
export function renderComparisonTerminal(result: ComparisonResult, options: TerminalOptions = {}): string {
  const variants = result.kind === "variants";
  const cells = result.rows.map((row) => comparisonCells(row, variants ? undefined : row.b));
  const { comparable, differences } = result;
  const { width } = options;
  return text([
    paint(wrapped(`${result.title}: ${result.b} against ${result.a}`, width).join("\n"), 1, options),
    ...wrapped(
      `${result.session === undefined ? "two sessions, unpaired" : `${result.session}, block by block`}; ratio = second / first; equivalent within ${percent(result.tolerance)}`,
      width,
    ),
    ...(result.emulated ? [paint(EMULATED, 33, options)] : []),
    ...(variants && differences.length > 0 ? [paint("confounded: the hosts' hardware differs", 33, options)] : []),
    "",
    ...columns([comparisonTitles, ...cells], { numbers: comparisonNumbers, spare: comparisonSpare, width }),
    ...differenceLines(variants ? "hardware facts that differ" : "fingerprint facts that differ", differences),
    "",
    ...[...result.skipped, ...result.reasons.map(({ detail }) => detail)].flatMap((line) => wrapped(line, width)),
    ...(comparable ? sentences(result.rows, options) : [paint("not comparable: figures only", 31, options)]),
  ]);
}

function sentences(rows: readonly { readonly sentence: string }[], { width }: TerminalOptions): readonly string[] {
  return rows.flatMap(({ sentence }) => wrapped(sentence, width));
}

function differenceLines(heading: string, differences: readonly FingerprintDifference[]): readonly string[] {
  if (differences.length === 0) return [];
  return ["", `${heading}:`, ...columns([differenceTitles, ...differences.map(differenceCells)], { numbers: [] })];
}

function text(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}

function paint(words: string, code: number, { colour }: TerminalOptions): string {
  return colour === true ? `\u001b[${code}m${words}\u001b[0m` : words;
}
