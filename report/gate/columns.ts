export interface ColumnOptions {
  /** Columns of numbers, by their position. */
  readonly numbers: readonly number[];
  /** Those that a narrow terminal can do without, the first one first. */
  readonly spare?: readonly number[];
  /** Of the terminal, where it is known. */
  readonly width?: number | undefined;
}

/** Rows of text as columns, without as many of the spare ones as do not fit. The last column is ragged. */
export function columns(
  rows: readonly (readonly string[])[],
  { numbers, spare = [], width = Number.POSITIVE_INFINITY }: ColumnOptions,
): readonly string[] {
  const all = Array.from({ length: Math.max(0, ...rows.map((row) => row.length)) }, (_, i) => i);
  const tries = [...spare.keys(), spare.length].map((count) => all.filter((i) => !spare.slice(0, count).includes(i)));
  const tables = tries.map((kept) => aligned(rows, kept, numbers));
  return tables.find((lines) => lines.every((line) => line.length <= width)) ?? tables.at(-1) ?? [];
}

function aligned(rows: readonly (readonly string[])[], kept: readonly number[], numbers: readonly number[]): readonly string[] {
  const widths = new Map(kept.map((i) => [i, Math.max(0, ...rows.map((row) => row[i]?.length ?? 0))]));
  const cell = (text: string, i: number) =>
    numbers.includes(i) ? text.padStart(widths.get(i) ?? 0) : text.padEnd(widths.get(i) ?? 0);
  return rows.map((row) =>
    kept
      .map((i) => cell(row[i] ?? "", i))
      .join("  ")
      .trimEnd(),
  );
}
