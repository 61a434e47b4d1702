import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

/** Compares a JSON file that other tools read, by its path in the project, with what the code says; `UPDATE_GOLDEN=1` rewrites it instead. */
export function publishedJson(path: string, content: unknown): void {
  const file = join(root, path);
  const text = JSON.stringify(content, undefined, 2);
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, formatted(path, text));
  assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), JSON.parse(text));
}

/** As `npm run check` wants it: only the formatter knows which lists fit on one line. */
function formatted(path: string, text: string): string {
  const biome = join(root, "node_modules/.bin/biome");
  return execFileSync(biome, ["format", `--stdin-file-path=${path}`], { cwd: root, input: text, encoding: "utf8" });
}
