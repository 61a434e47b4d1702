import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

const TAIL_LINES = 20;

export type OutputStream = "stdout" | "stderr";

/** Both output streams of a program, as they come. */
export interface Output {
  /** Called for every line, with where it came from. */
  onLine: (line: string, from: OutputStream) => void;
  /** The newest lines of both streams. */
  tail(): string;
  /** Adds a line of our own, such as why there is no more output. */
  add(line: string): void;
}

/** Reads both streams by lines until they end. */
export function followOutput(streams: Readonly<Record<OutputStream, Readable>>): Output {
  const lines: string[] = [];
  const add = (line: string): void => {
    lines.push(line);
    if (lines.length > TAIL_LINES) lines.shift();
  };
  const output: Output = { onLine: () => undefined, tail: () => lines.join("\n"), add };
  for (const from of ["stdout", "stderr"] as const) {
    createInterface({ input: streams[from], crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
      add(line);
      output.onLine(line, from);
    });
  }
  return output;
}
