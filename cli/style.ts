import type { Environment, Output } from "./context.ts";

export interface Style {
  good(text: string): string;
  bad(text: string): string;
  faint(text: string): string;
  strong(text: string): string;
}

const CODES = { good: [32, 39], bad: [31, 39], faint: [2, 22], strong: [1, 22] } as const;

function isColoured(stream: Output, environment: Environment): boolean {
  return stream.isTTY === true && (environment.NO_COLOR ?? "") === "" && environment.TERM !== "dumb";
}

/** Colour on a terminal only, and never when NO_COLOR is set (https://no-color.org). */
export function styleOf(stream: Output, environment: Environment): Style {
  const coloured = isColoured(stream, environment);
  const paint =
    ([on, off]: readonly [number, number]) =>
    (text: string) =>
      coloured ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return { good: paint(CODES.good), bad: paint(CODES.bad), faint: paint(CODES.faint), strong: paint(CODES.strong) };
}

/** How results are written to a stream. One that is no terminal, or does not tell how wide it is (it says 0), has no width. */
export function terminalOptions(
  stream: Output,
  environment: Environment,
): { readonly colour: boolean; readonly width: number | undefined } {
  return { colour: isColoured(stream, environment), width: stream.columns || undefined };
}

/** Columns of text, the last one ragged; columns in `right` are aligned to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const cell = (text: string, column: number) =>
    right.includes(column) ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0);
  return rows.map((row) => row.map(cell).join("  ").trimEnd()).join("\n");
}

/** `0.3 s`, `42 s`, `4 min 10 s`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
