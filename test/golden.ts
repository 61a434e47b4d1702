import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Compares text with a file under `test/golden/`; `UPDATE_GOLDEN=1` rewrites the file instead. */
export function golden(path: string, text: string): void {
  const file = join(import.meta.dirname, "golden", path);
  if (process.env.UPDATE_GOLDEN === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return;
  }
  assert.ok(existsSync(file), `${file} is missing: run with UPDATE_GOLDEN=1 and review it`);
  assert.equal(text, readFileSync(file, "utf8"));
}

/** A captured sample under `test/golden/`. */
export function sample(path: string): string {
  return readFileSync(join(import.meta.dirname, "golden", path), "utf8");
}
