import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LocalProcessError, runLocal } from "../../../hosts/lab/local-process.ts";
import { withLock } from "../../../hosts/lab/lock.ts";
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

describe("a lock", () => {
  it("lets one in at a time and the next after a failure", async () => {
    const order: string[] = [];
    const path = `/test/${process.pid}`;
    const first = withLock(path, {}, async () => {
      order.push("first");
      await new Promise((resolve) => setTimeout(resolve, 50));
      throw new Error("failed");
    });
    let waits = 0;
    const onWait = (): void => {
      waits += 1;
    };
    const second = withLock(path, { onWait }, async () => order.push("second"));
    await assert.rejects(first, /failed/);
    assert.deepEqual(order, ["first"]);
    await second;
    assert.deepEqual(order, ["first", "second"]);
    assert.equal(waits, 1);
  });

  it("stops waiting on abort", async () => {
    const path = `/test/abort/${process.pid}`;
    await withLock(path, {}, async () => {
      await assert.rejects(withLock(path, { signal: AbortSignal.timeout(20) }, () => Promise.resolve()));
    });
  });
});
