import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { extract, type Source, steps } from "../../../benchmarks/command/extract.ts";

/** Printed by the real tools, on Debian 12. */
function captured(name: string): string {
  return readFileSync(join(import.meta.dirname, "../../golden/benchmarks/command", name), "utf8");
}

function from(source: Partial<Source> & Pick<Source, "from">, stdout: string, stderr = "") {
  return extract({ scale: 1, ...source } as Source, { stdout, stderr, seconds: 1.5 });
}

test("a number is taken from the JSON of a real tool by its path", () => {
  assert.equal(from({ from: "json", path: "blockdevices[1].size" }, captured("lsblk.json")), 274877906944);
});

test("a number is taken from what a real tool says on standard error, in the metric's unit", () => {
  const pattern = "copied, (\\S+) s";
  assert.equal(from({ from: "regex", pattern, scale: 1 }, "", captured("dd.txt")), 0.00143922);
  const rate = { from: "regex", pattern: "s, (\\S+) GB/s", scale: 1e9 } as const;
  assert.equal(from(rate, "", captured("dd.txt")), 11.7e9);
});

test("JSON may come after a log, its numbers as text, its keys with dots", () => {
  const stdout = 'loading...\n{"results": [{"FPS": "41.5"}], "a.b": {"p95": 3}}\n';
  assert.equal(from({ from: "json", path: "results[0].FPS" }, stdout), 41.5);
  assert.equal(from({ from: "json", path: '["a.b"].p95' }, stdout), 3);
  assert.deepEqual(steps('x["a.b"][2].c'), ["x", "a.b", "2", "c"]);
});

test("wall time needs nothing printed", () => {
  assert.equal(from({ from: "wall" }, ""), 1.5);
});

for (const [what, source, stdout, missing] of [
  ["a path that leads nowhere", { from: "json", path: "a.c" }, '{"a": {"b": 1}}', /no number at a\.c/],
  ["a path that ends at an object", { from: "json", path: "a" }, '{"a": {"b": 1}}', /no number at a/],
  ["a property that every object inherits", { from: "json", path: "toString.length" }, "{}", /no number/],
  ["output that is no JSON", { from: "json", path: "a" }, "12\ntrue\n", /no JSON object/],
  ["a pattern that does not match", { from: "regex", pattern: "p95 (\\S+)" }, "p50 3", /nothing matches/],
  ["a match that is no number", { from: "regex", pattern: "p95 (\\S+)" }, "p95 n/a", /"n\/a" is no number/],
  ["an empty group", { from: "regex", pattern: "p95( ?)" }, "p95 3", /is no number/],
  ["a number below zero", { from: "regex", pattern: "gain (\\S+)" }, "gain -3", /-3 is below zero/],
  ["an infinite number", { from: "json", path: "a" }, '{"a": 1e999}', /is no number/],
] as const) {
  test(`${what} is missing, with the reason`, () => {
    const found = from(source, stdout);
    assert.match(typeof found === "object" ? found.missing : `found ${found}`, missing);
  });
}

test("any output gives a finite number or a reason, never an exception", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.constantFrom("a", "[0]", "a[0].b"), (stdout, stderr, path) => {
      for (const source of [
        { from: "json", path },
        { from: "regex", pattern: "(\\S+)" },
      ] as const) {
        const found = from(source, stdout, stderr);
        assert.ok(typeof found === "object" || Number.isFinite(found));
      }
    }),
  );
});
