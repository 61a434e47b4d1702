import { closeSync, openSync, readSync } from "node:fs";

/** A line without its line feed; only the last one of a file that was cut off is not whole. */
export interface Line {
  readonly text: string;
  readonly whole: boolean;
}

const PIECE = 2 ** 20;
const LINE_FEED = 0x0a;

/** Lines of a UTF-8 file of any size, read piece by piece. Every whole line ends with a line feed. Throws the file system's own error. */
export function* fileLines(path: string, pieceBytes = PIECE): Generator<Line> {
  const file = openSync(path, "r");
  try {
    let rest: readonly Buffer[] = [];
    for (;;) {
      // A buffer of its own for every piece: what is left of it is looked at again after the next one was read.
      const piece = Buffer.allocUnsafe(pieceBytes);
      const bytes = piece.subarray(0, readSync(file, piece));
      if (bytes.length === 0) break;
      let start = 0;
      for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
        yield { text: textOf([...rest, bytes.subarray(start, end)]), whole: true };
        rest = [];
        start = end + 1;
      }
      if (start < bytes.length) rest = [...rest, bytes.subarray(start)];
    }
    if (rest.length > 0) yield { text: textOf(rest), whole: false };
  } finally {
    closeSync(file);
  }
}

function textOf(parts: readonly Buffer[]): string {
  const [only, ...more] = parts;
  return (more.length === 0 ? (only ?? Buffer.alloc(0)) : Buffer.concat(parts)).toString("utf8");
}
