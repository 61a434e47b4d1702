import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";

const root = join(import.meta.dirname, "../..");

it("the table of knobs in docs/tuning.md names every kind there is", () => {
  const folder = join(root, "kernel-tuning/knobs");
  const sources = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
  const kinds = new Set(sources.flatMap((source) => [...source.matchAll(/prefix: "([a-z]+)"/g)].map(([, prefix]) => prefix)));
  const table = readFileSync(join(root, "docs/tuning.md"), "utf8").match(/^\| `.*/gm) ?? [];
  const first = table.map((row) => row.split(" |", 1)[0] ?? "").join("\n");
  assert.ok(kinds.size > 12);
  assert.deepEqual(
    [...kinds].filter((kind) => !first.includes(`\`${kind}.`)),
    [],
  );
});
