import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { UserError } from "../../hosts/index.ts";
import { benchmarkNames, loadPlan } from "../../stacks/load.ts";
import { RIGHT } from "./matrix-text.ts";

const root = mkdtempSync(join(tmpdir(), "distrobench-load-"));
after(() => rmSync(root, { recursive: true }));
mkdirSync(join(root, "stacks/folder.yaml"), { recursive: true });
symlinkSync("nowhere", join(root, "stacks/dangling.yaml"));
symlinkSync("/dev/null", join(root, "stacks/device.yaml"));
writeFileSync(join(root, "stacks/huge.yaml"), "");
truncateSync(join(root, "stacks/huge.yaml"), 3 * 2 ** 30);
writeFileSync(join(root, "stacks/binary.yaml"), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0xff, 0xfe, 0]));
writeFileSync(join(root, "stacks/right.yaml"), RIGHT);

describe("a stack's file", () => {
  const cases = [
    ["folder", /^stacks\/folder\.yaml can't be read: it is a folder$/],
    ["dangling", /^stacks\/dangling\.yaml can't be read: ENOENT/],
    ["device", /^stacks\/device\.yaml can't be read: it is no regular file$/],
    ["huge", /^stacks\/huge\.yaml can't be read: it has 3221225472 bytes; expected at most \d+$/],
    ["binary", /^stacks\/binary\.yaml:1:1: /],
  ] as const;
  for (const [stack, message] of cases)
    it(`that is none is the user's mistake, and is named: ${stack}`, () => {
      assert.throws(
        () => loadPlan(root, stack),
        (error) => error instanceof UserError && message.test(error.message),
      );
    });

  it("says which benchmarks there are, as far as it can be understood", () => {
    assert.deepEqual(benchmarkNames(root, "right"), ["cold-start"]);
    for (const stack of ["folder", "binary", "none"]) assert.equal(benchmarkNames(root, stack), undefined);
  });
});
