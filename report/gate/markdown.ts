import type { GateResult } from "../../benchmarks/gate/index.ts";
import { escaped, line } from "../markdown.ts";
import { EMULATED } from "../view.ts";
import { differenceCells, differenceTitles, gateCells, gateNumbers, gateTitles, neededText, questionText } from "./cells.ts";

/** Gate results as a comment for a pull request: verdict first, details folded. */
export function renderGateMarkdown(results: readonly GateResult[]): string {
  return `${results.flatMap(parts).join("\n\n")}\n`;
}

function parts(result: GateResult): readonly string[] {
  const { verdict, title, stack, benchmark, reasons, rows, differences } = result;
  const needed = neededText(result);
  const why = reasons.filter(({ rule }) => rule !== "environment").map(({ detail }) => `- ${escaped(detail)}`);
  return [
    `### ${verdict}: ${escaped(`${title} (${stack}/${benchmark})`)}`,
    escaped(`${result.session} ${questionText(result)}.`),
    ...(result.emulated ? [`**${escaped(EMULATED)}**`] : []),
    ...(why.length === 0 ? [] : [why.join("\n")]),
    ...(needed === undefined ? [] : [escaped(needed)]),
    ...(rows.length === 0 ? [] : [table(gateTitles, gateNumbers, rows.map(gateCells))]),
    ...(differences.length === 0
      ? []
      : folded(`${differences.length} fingerprint facts differ`, table(differenceTitles, [], differences.map(differenceCells)))),
    ...(rows.length === 0 ? [] : folded("In words", rows.map(({ sentence }) => `- ${escaped(sentence)}`).join("\n"))),
  ];
}

function folded(summary: string, content: string): readonly string[] {
  return [`<details><summary>${summary}</summary>`, content, "</details>"];
}

function table(titles: readonly string[], numbers: readonly number[], rows: readonly (readonly string[])[]): string {
  const rule = titles.map((_, i) => (numbers.includes(i) ? "---:" : "---"));
  return [line(titles.map(escaped)), line(rule), ...rows.map((row) => line(row.map(escaped)))].join("\n");
}
