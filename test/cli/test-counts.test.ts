import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addCounts, countsOf } from "../../cli/test-counts.ts";

const closing = (mark: string) =>
  ["tests 9", "suites 2", "pass 5", "fail 1", "cancelled 1", "skipped 2", "todo 0", "duration_ms 12.5"]
    .map((line) => `${mark} ${line}`)
    .join("\n");

describe("the sum of tests", () => {
  it("is read from both forms of node:test's closing lines", () => {
    for (const mark of ["#", "\u2139"])
      assert.deepEqual(countsOf(`ok 1\n${closing(mark)}\n`), { passed: 5, failed: 2, skipped: 2 });
  });

  it("takes the last closing lines, not what a test printed", () => {
    assert.equal(countsOf(`# pass 100\n${closing("#")}\n`).passed, 5);
  });

  it("is nothing for a run that broke off", () => assert.deepEqual(countsOf("ok 1 - a\n"), { passed: 0, failed: 0, skipped: 0 }));

  it("adds up", () => {
    assert.deepEqual(addCounts({ passed: 1, failed: 0, skipped: 2 }, { passed: 3, failed: 1, skipped: 0 }), {
      passed: 4,
      failed: 1,
      skipped: 2,
    });
  });
});
