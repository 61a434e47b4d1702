import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { stringify } from "yaml";
import { complaints, RIGHT } from "./matrix-text.ts";

const LINE = /^stacks\/example\.yaml:\d+:\d+: \S/;

/** Every complaint names a place of the file. Lines of a YAML message may follow. */
function assertExplained(text: string): void {
  const found = complaints(text);
  if (found !== "") assert.match(found, LINE, text);
}

describe("any text at all", () => {
  it("is planned or refused with a place, when characters of a matrix change", () => {
    const edit = fc.record({
      at: fc.nat(RIGHT.length),
      remove: fc.nat(12),
      insert: fc.string({ maxLength: 6, unit: "grapheme" }),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        assertExplained(
          edits.reduce((text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove), RIGHT),
        );
      }),
      { numRuns: 150 },
    );
  });

  it("is planned or refused with a place, when values have other types", () => {
    const words = fc.constantFrom(
      "version",
      "hosts",
      "lab",
      "ssh",
      "images",
      "benchmarks",
      "one",
      "packages",
      "engines",
      "base",
      "test",
    );
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, true, 1, -1, 1.5, "", "one", "docker", "10%", "2GiB"),
        fc.array(tie("node"), { maxLength: 3 }),
        fc.dictionary(words, tie("node"), { maxKeys: 5 }),
      ),
    })).node;
    fc.assert(
      fc.property(fc.dictionary(words, tree), (value) => assertExplained(stringify(value))),
      { numRuns: 150 },
    );
  });

  it("is refused with a place, when YAML itself goes wrong", () => {
    for (const text of [
      "",
      "a: [",
      "a: &x [*x]\nb: *y",
      "- 1\n- 2",
      "a: 1\na: 2",
      "\t",
      "%YAML 9\n---\n",
      "? [a]\n: b",
      "!!binary x",
    ]) {
      assert.match(complaints(text), LINE, text);
    }
  });
});
