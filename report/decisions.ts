import { type GateRow, type GateVerdict, gate } from "../benchmarks/gate/index.ts";
import { capital, plural, ratioText } from "./format.ts";
import type { Cell, Table, Tone } from "./table.ts";
import { stateCell } from "./tables.ts";
import { EMULATED, headingOf, type ReportView, type SessionView } from "./view.ts";

const outcomes: Readonly<Record<GateVerdict, { readonly word: string; readonly tone: Tone }>> = {
  PASS: { word: "go", tone: "good" },
  FAIL: { word: "no-go", tone: "bad" },
  INCONCLUSIVE: { word: "cannot tell", tone: "unsure" },
  INVALID: { word: "invalid", tone: "unsure" },
  "NO-BASELINE": { word: "no baseline", tone: "unsure" },
};

/**
 * Go or no-go of every variant by result metric, with the rules of `distrobench gate --baseline`: one table for each set of variants that
 * share a baseline. Words carry the verdict, colour only repeats it.
 */
export function decisionTables({ sessions }: ReportView): readonly Table[] {
  const groups = new Map<string, SessionView[]>();
  for (const view of sessions.filter((candidate) => columnsOf(candidate).length > 0)) {
    const key = [view.summary.baseline, ...columnsOf(view)].join("\n");
    groups.set(key, [...(groups.get(key) ?? []), view]);
  }
  return [...groups.values()].map(tableOf);
}

function columnsOf({ summary }: SessionView): readonly string[] {
  return summary.variants.filter(({ id, aaOf }) => aaOf === undefined && id !== summary.baseline).map(({ id }) => id);
}

function tableOf(views: readonly SessionView[]): Table {
  const [first] = views;
  const columns = first === undefined ? [] : columnsOf(first);
  const emulated = views.some(({ summary }) => summary.comparability.emulated);
  return {
    caption: `Against ${first?.summary.baseline ?? "the baseline"}${emulated ? ` (${EMULATED})` : ""}`,
    columns: [{ title: "Metric" }, ...columns.map((title) => ({ title }))],
    rows: views.flatMap((view) => rowsOf(view, columns)),
  };
}

function rowsOf(view: SessionView, columns: readonly string[]): readonly (readonly Cell[])[] {
  const baseline = { kind: "variant", id: view.summary.baseline } as const;
  const { data: current, summary, history } = view;
  const { rows } = gate({ current, summary, baseline, history, mode: "regression" });
  return view.results.map(({ definition }) => [
    { text: `${headingOf(view)}: ${capital(definition.title)}`, href: `#${view.key}` },
    ...columns.map((variant) => {
      const row = rows.find((candidate) => candidate.variant === variant && candidate.metric.name === definition.name);
      return cellOf(view, variant, row);
    }),
  ]);
}

function cellOf({ summary }: SessionView, variant: string, row: GateRow | undefined): Cell {
  const cell = summary.variants.find(({ id }) => id === variant)?.cell;
  if (cell !== undefined && cell.state !== "passed") return stateCell(cell);
  if (row === undefined) return "–";
  return { text: outcomes[row.verdict].word, tone: outcomes[row.verdict].tone, note: noteOf(row) };
}

/** The ratio, how firm the verdict is, and what would settle it. */
function noteOf({ ratio, armed, verdict, blocksNeeded }: GateRow): string {
  const judged = verdict === "PASS" || verdict === "FAIL";
  const needed = typeof blocksNeeded === "number" && !judged ? [`about ${plural(blocksNeeded, "block")} would decide`] : [];
  return [`× ${ratioText(ratio)}`, ...(judged && !armed ? ["advice"] : []), ...needed].join(", ");
}
