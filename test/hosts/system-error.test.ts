import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { explainSystemError, UserError } from "../../hosts/index.ts";

const folder = mkdtempSync(join(tmpdir(), "distrobench-system-error-"));
after(() => rmSync(folder, { recursive: true }));

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}

describe("an error of the file system", () => {
  it("names path and remedy where it is bad luck", () => {
    const refused = Object.assign(new Error("ENOSPC"), { code: "ENOSPC", syscall: "write", path: "/cache/x" });
    const explained = explainSystemError(refused);
    assert.ok(explained instanceof UserError);
    assert.equal(explained.message, "/cache/x: no space is left (ENOSPC)");
    assert.match(explained.remedy ?? "", /free some space.*XDG_CACHE_HOME/);
    assert.equal(explained.cause, refused);
  });

  it("stays as it is where it tells of a fault of ours", () => {
    const missing = thrownBy(() => readFileSync(join(folder, "missing")));
    assert.equal(explainSystemError(missing), missing);
    const other = new TypeError("x");
    assert.equal(explainSystemError(other), other);
  });
});
