import { type Document, isMap, isNode, isScalar, type LineCounter, type Node } from "yaml";
import type { Path, Problem } from "./problems.ts";

/** Line and column, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where a problem stands in the file; for something that is missing, the nearest thing around it that is there. */
export function locate(document: Document.Parsed, lines: LineCounter, problem: Problem): Position {
  const offset = problem.at === "key" ? keyOffset(document, problem.path) : valueOffset(document, problem.path);
  return placeOf(lines, offset ?? nearest(document, problem.path));
}

/** Of a character, counted from the start of the file. */
export function placeOf(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function valueOffset(document: Document.Parsed, path: Path): number | undefined {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  return isNode(node) ? startOf(node) : undefined;
}

function keyOffset(document: Document.Parsed, path: Path): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(path.at(-1)));
  return isNode(pair?.key) ? startOf(pair.key) : undefined;
}

function nearest(document: Document.Parsed, path: Path): number {
  for (let length = path.length - 1; length > 0; length--) {
    const offset = keyOffset(document, path.slice(0, length)) ?? valueOffset(document, path.slice(0, length));
    if (offset !== undefined) return offset;
  }
  return 0;
}

function startOf(node: Node): number | undefined {
  return node.range?.[0];
}
