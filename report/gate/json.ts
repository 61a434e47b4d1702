import { type ComparisonResult, GATE_VERSION, type GateResult, type GateVerdict } from "../../benchmarks/gate/index.ts";
import { withoutInfinities } from "../json.ts";
import { EMULATED } from "../view.ts";

/** Gate results as data. Infinite values are the text `"infinity"`. */
export function renderGateJson(verdict: GateVerdict, exitCode: number, results: readonly GateResult[]): string {
  return text({ version: GATE_VERSION, verdict, exitCode, sessions: results.map(noticed) });
}

export function renderComparisonJson(results: readonly ComparisonResult[]): string {
  return text({ version: GATE_VERSION, comparisons: results.map(noticed) });
}

function noticed<Result extends { readonly emulated: boolean }>(result: Result): Result | (Result & { notice: string }) {
  return result.emulated ? { notice: EMULATED, ...result } : result;
}

function text(content: unknown): string {
  return `${JSON.stringify(content, withoutInfinities, 2)}\n`;
}
