import type { GateResult, GateRow } from "../../benchmarks/gate/index.ts";

interface Case {
  readonly name: string;
  /** Absent: passed. */
  readonly outcome?: { readonly kind: "failure" | "error" | "skipped"; readonly message: string };
}

/**
 * Gate results as JUnit XML: a suite per session, a case per comparison and one for the session itself. FAIL is a failure, INVALID an
 * error; what nobody could tell is skipped with its reason, so that it never looks green.
 */
export function renderGateJunit(results: readonly GateResult[]): string {
  const suites = results.map((result) => suite(result, casesOf(result)));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="distrobench gate">\n${suites.join("\n")}\n</testsuites>\n`;
}

function casesOf(result: GateResult): readonly Case[] {
  const invalid = result.verdict === "INVALID";
  return [sessionCase(result), ...result.rows.map((row) => (invalid ? withoutVerdict(row) : rowCase(row)))];
}

/** Reasons for which a session has no verdict of its own. */
const UNTOLD: readonly string[] = ["advice-only", "nothing-to-compare", "skipped", "skipped-now"];

function sessionCase({ verdict, reasons, session }: GateResult): Case {
  const name = `session ${session}`;
  const message = reasons.map(({ detail }) => detail).join("\n");
  if (verdict === "INVALID") return { name, outcome: { kind: "error", message: `INVALID: ${message}` } };
  const untold = verdict === "NO-BASELINE" || (verdict === "INCONCLUSIVE" && reasons.some(({ rule }) => UNTOLD.includes(rule)));
  return untold ? { name, outcome: { kind: "skipped", message: `${verdict}: ${message}` } } : { name };
}

function rowCase(row: GateRow): Case {
  const name = nameOf(row);
  if (!row.armed) return { name, outcome: { kind: "skipped", message: `advice only: ${row.verdict}: ${row.sentence}` } };
  if (row.verdict === "PASS") return { name };
  return { name, outcome: { kind: row.verdict === "FAIL" ? "failure" : "skipped", message: `${row.verdict}: ${row.sentence}` } };
}

function withoutVerdict(row: GateRow): Case {
  return { name: nameOf(row), outcome: { kind: "skipped", message: "no verdict: the session is invalid" } };
}

function nameOf({ variant, baseline, metric }: GateRow): string {
  return `${variant}${variant === baseline ? "" : ` against ${baseline}`}: ${metric.title}`;
}

function suite(result: GateResult, cases: readonly Case[]): string {
  const count = (kind: string) => cases.filter(({ outcome }) => outcome?.kind === kind).length;
  const counts = `tests="${cases.length}" failures="${count("failure")}" errors="${count("error")}" skipped="${count("skipped")}"`;
  const classname = `${result.stack}.${result.benchmark}`;
  const properties = {
    ...{ verdict: result.verdict, mode: result.mode, tolerance: String(result.tolerance) },
    ...{ baseline: result.baseline ?? "none", emulated: String(result.emulated) },
  };
  return [
    `  <testsuite name="${xml(classname)}" ${counts}>`,
    "    <properties>",
    ...Object.entries(properties).map(([name, value]) => `      <property name="${name}" value="${xml(value)}"/>`),
    "    </properties>",
    ...cases.map((testcase) => caseText(classname, testcase)),
    "  </testsuite>",
  ].join("\n");
}

function caseText(classname: string, { name, outcome }: Case): string {
  const open = `    <testcase classname="${xml(classname)}" name="${xml(name)}"`;
  return outcome === undefined
    ? `${open}/>`
    : `${open}>\n      <${outcome.kind} message="${xml(outcome.message)}"/>\n    </testcase>`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;" };

/** Text for an attribute. What XML 1.0 cannot hold at all is replaced. */
function xml(text: string): string {
  return text
    .replace(/[&<>"\n]/g, (character) => entities[character] ?? character)
    .replace(/[^\t\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd");
}
