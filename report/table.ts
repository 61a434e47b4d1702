/** A table as data, so that the page and the Markdown show the same. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly Column[];
  /** The first cell of a row is its header. */
  readonly rows: readonly (readonly Cell[])[];
}

export interface Column {
  readonly title: string;
  readonly numeric?: boolean;
}

export type Tone = "good" | "bad" | "neutral" | "unsure";

export type Cell = string | { readonly text: string; readonly href?: string; readonly tone?: Tone; readonly note?: string };

export function textOf(cell: Cell): string {
  if (typeof cell === "string") return cell;
  return cell.note === undefined ? cell.text : `${cell.text} (${cell.note})`;
}
