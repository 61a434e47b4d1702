import { cellKey, type WantedCell } from "./cells.ts";
import type { StepResult } from "./host/port.ts";
import type { KnobPlan } from "./knobs/knob.ts";
import type { PlannedKnob } from "./plan.ts";
import type { KnobReport } from "./schema.ts";
import { valueIn } from "./view.ts";

const MANAGED = /input\/output error|i\/o error|operation not permitted|permission denied/i;

/** Linux 6.1 answers EIO and 6.12 EPERM when a managed or per-CPU interrupt is moved by hand. */
export function isManaged(cell: WantedCell, result: StepResult | undefined): boolean {
  return cell.mayBeManaged === true && result !== undefined && result.exitCode !== 0 && MANAGED.test(result.message);
}

/** What became of a knob, from values read back. */
export function reportKnob(
  { name, plan }: PlannedKnob,
  values: ReadonlyMap<string, string>,
  managed: ReadonlySet<string>,
  messages: ReadonlyMap<string, string>,
): KnobReport {
  if (!("cells" in plan)) return { knob: name, expected: "", found: "", ...absence(plan) };
  const cells = plan.cells.filter(({ follows }) => follows !== true);
  const wrong = cells.filter((cell) => valueIn(values, cell) !== cell.wanted);
  const fixed = wrong.filter((cell) => managed.has(cellKey(cell)));
  const refused = wrong.filter((cell) => !managed.has(cellKey(cell)));
  const shown = refused.length > 0 ? refused : cells;
  const status = refused.length > 0 ? "refused" : fixed.length > 0 ? "managed" : plan.substituted ? "substituted" : "applied";
  const notes = [
    plan.note,
    fixed.length > 0 ? `managed: cannot be moved: ${fixed.map(shortName).join(", ")}` : undefined,
    ...refused.map((cell) => messages.get(cellKey(cell))),
  ].filter((note) => note !== undefined && note !== "");
  const summary = summaryFor(shown, cells);
  const texts = {
    expected: summary(shown, ({ wanted }) => wanted),
    found: summary(shown, (cell) => valueIn(values, cell) ?? "absent"),
  };
  return { knob: name, status, ...texts, ...(notes.length === 0 ? {} : { note: [...new Set(notes)].join("; ") }) };
}

function absence(plan: Exclude<KnobPlan, { readonly cells: unknown }>): Pick<KnobReport, "status" | "note"> {
  if ("unsupported" in plan) return { status: "unsupported", note: plan.unsupported };
  return { status: "not-applicable", note: plan.notApplicable };
}

/** A knob's name does not say which of several services is meant. */
function summaryFor(shown: readonly WantedCell[], cells: readonly WantedCell[]): typeof inShort {
  return shown.length < cells.length && shown.every(({ kind }) => kind === "service") ? byName : inShort;
}

/** One value when all cells agree; else each with its short name. */
function inShort(cells: readonly WantedCell[], value: (cell: WantedCell) => string): string {
  const different = [...new Set(cells.map((cell) => readable(cell, value(cell))))];
  return different.length === 1 ? (different[0] ?? "") : byName(cells, value);
}

function byName(cells: readonly WantedCell[], value: (cell: WantedCell) => string): string {
  return cells.map((cell) => `${shortName(cell)}=${readable(cell, value(cell))}`).join(" ");
}

function readable({ kind }: WantedCell, value: string): string {
  if (kind !== "file" || value === "absent") return value;
  const [mode, owner, text = ""] = value.split(" ");
  return `${Buffer.from(text, "base64").toString().trim()} (${mode} ${owner})`;
}

/** The part of a name that tells it from its neighbours. */
function shortName({ kind, name }: Pick<WantedCell, "kind" | "name">): string {
  const irq = /^\/proc\/irq\/(\d+)\//.exec(name);
  if (irq !== null) return `irq ${irq[1]}`;
  return kind === "value" ? name.replace(/^\/(proc\/sys|sys\/devices\/system|sys\/class|sys\/kernel)\//, "") : name;
}
