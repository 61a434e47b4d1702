import { bannerOf } from "./banner.ts";
import { decisionTables } from "./decisions.ts";
import { diagnosticsTable } from "./diagnostics.ts";
import { plural, timeText } from "./format.ts";
import { commonMethod, methods, methodText } from "./methods.ts";
import { overviewText } from "./overview.ts";
import { studyHardware } from "./study.ts";
import { type Cell, type Table, textOf } from "./table.ts";
import { environmentTable, flaggedTable, headlineTable, phaseTable, ratioTable, spreadTable, studyTable } from "./tables.ts";
import { trendSentences } from "./trends.ts";
import { headingOf, type ReportSession, type SessionView, viewOf } from "./view.ts";

/** The page's content as Markdown, for a pull request or a terminal. */
export function renderMarkdown(
  sessions: readonly ReportSession[],
  options: { readonly title: string; readonly directory: string },
): string {
  const view = viewOf(sessions, options);
  const parts = view.sessions.length === 0 ? ["Nothing has been measured yet."] : view.sessions.flatMap(sessionParts);
  const decisions = decisionTables(view).flatMap((table) => part("Go or no-go", table));
  return `${[`# ${escaped(view.title)}`, ...decisions, ...parts].join("\n\n")}\n`;
}

function sessionParts(view: SessionView): readonly string[] {
  const { session } = view.data;
  const banner = bannerOf(view);
  const sentences = view.results.flatMap(({ comparisons }) => comparisons.map(({ sentence }) => `- ${escaped(sentence)}`));
  const theirs = studyTable(view);
  const overview = overviewText(view);
  return [
    `## ${escaped(headingOf(view))}`,
    `**${banner.heading}.** ${escaped(banner.notes.join(" "))}`,
    `${plural(session.variants.length, "variant")}, ${plural(session.design.blocks, "block")}, seed ${session.design.seed}, ${timeText(session.startedAt)}.`,
    ...(sentences.length === 0 ? [] : [sentences.join("\n")]),
    ...part("Results", headlineTable(view)),
    ...(overview === undefined ? [] : [escaped(overview)]),
    ...part("What differs between the hosts", environmentTable(view)),
    ...view.results.flatMap((metric) => part("Spread", spreadTable(view, metric))),
    ...part("Ratios", ratioTable(view)),
    ...part("Phases", phaseTable(view)),
    ...part("Diagnostics", diagnosticsTable(view)),
    ...part("Samples to look at", flaggedTable(view)),
    ...changes(view),
    ...part("Beside the study", theirs),
    ...(theirs === undefined ? [] : [`The study's figures are the study's own, on ${studyHardware}.`]),
    "### How it was measured",
    ...[methods[session.test]].flatMap((method) => (method === undefined ? [] : [methodText(method)])),
    commonMethod,
    `Raw data: [session.json](${view.link}/session.json), [samples.jsonl](${view.link}/samples.jsonl), [environment](${view.link}/environment/).`,
  ];
}

/** Of level, in the sessions before this one. */
function changes({ summary, trends }: SessionView): readonly string[] {
  const sentences = trendSentences({ ...summary, trends });
  return sentences.length === 0 ? [] : ["### Changes of level", sentences.map((sentence) => `- ${escaped(sentence)}`).join("\n")];
}

function part(heading: string, table: Table | undefined): readonly string[] {
  return table === undefined || table.rows.length === 0 ? [] : [`### ${heading}`, `${escaped(table.caption)}:`, tableText(table)];
}

/** A table without its caption. */
export function tableText({ columns, rows }: Table): string {
  return [
    line(columns.map(({ title }) => escaped(title))),
    line(columns.map(({ numeric }) => (numeric === true ? "---:" : "---"))),
    ...rows.map((row) => line(row.map(cellText))),
  ].join("\n");
}

function cellText(cell: Cell): string {
  const text = escaped(textOf(cell));
  return typeof cell === "object" && cell.href !== undefined ? `[${text}](${cell.href})` : text;
}

/** A row of a table. */
export function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Facts come from hosts: nothing in them may start a table cell, a link or markup. */
export function escaped(text: string): string {
  return text.replace(/[\\|<>[\]`*_]/g, (character) => `\\${character}`).replace(/\s+/g, " ");
}
