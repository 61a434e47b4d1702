import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LocalProcessError, runLocal } from "../../../hosts/lab/local-process.ts";
import { findByArgument } from "../../../hosts/lab/process-identity.ts";

describe("a local process", () => {
  it("gives its output, and its lines of standard error as they come", async () => {
    const lines: string[] = [];
    const output = await runLocal("sh", ["-c", "echo out; echo one >&2; echo two >&2"], { onLine: (line) => lines.push(line) });
    assert.equal(output, "out\n");
    assert.deepEqual(lines, ["one", "two"]);
  });

  it("that fails tells how, with its last words", async () => {
    await assert.rejects(
      runLocal("sh", ["-c", "echo the reason >&2; exit 3"]),
      (error) => error instanceof LocalProcessError && /sh: exit code 3\nthe reason/.test(error.message),
    );
  });

  it("that isn't installed is named with a remedy", async () => {
    await assert.rejects(runLocal("no-such-program", []), /no-such-program is not installed/);
  });

  it("is ended with its children on abort, even if they ignore a polite request", async () => {
    const controller = new AbortController();
    const seconds = `6543.${process.pid}`;
    const script = `trap '' TERM; sleep ${seconds} & echo started >&2; wait; wait; sleep ${seconds}`;
    const options = { signal: controller.signal, onLine: () => controller.abort(new Error("enough")) };
    const before = performance.now();
    await assert.rejects(runLocal("sh", ["-c", script], options), /enough/);
    assert.ok(performance.now() - before < 2000);
    assert.deepEqual(await findByArgument(seconds), []);
  });

  it("is ended when it takes too long", async () => {
    await assert.rejects(runLocal("sleep", ["60"], { timeoutSeconds: 0.1 }), /no end after 0.1 s/);
  });
});
