import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileLines } from "../../../benchmarks/results/file-lines.ts";

const directory = mkdtempSync(join(tmpdir(), "distrobench-lines-"));
after(() => rmSync(directory, { recursive: true }));

function linesOf(text: string, pieceBytes?: number) {
  const path = join(directory, "lines");
  writeFileSync(path, text);
  return [...fileLines(path, pieceBytes)];
}

const whole = (text: string) => ({ text, whole: true });

test("lines are the same wherever the pieces of a file end, also within a character", () => {
  const text = "one\n\ntwo µs ≥ 3\n🙂 four\nfi";
  const expected = [...["one", "", "two µs ≥ 3", "🙂 four"].map(whole), { text: "fi", whole: false }];
  for (const pieceBytes of [1, 2, 3, 5, 8, 1000]) assert.deepEqual(linesOf(text, pieceBytes), expected, `${pieceBytes} bytes`);
  assert.deepEqual(linesOf(text), expected);
});

test("a file without a cut line ends with a whole one, and an empty file has none", () => {
  assert.deepEqual(linesOf("a\nb\n", 2), ["a", "b"].map(whole));
  assert.deepEqual(linesOf(""), []);
});
