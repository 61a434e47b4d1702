import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, it } from "node:test";
import { watchOutput } from "../../cli/lost-output.ts";

function watched() {
  const [stdout, stderr, reasons] = [new PassThrough(), new PassThrough(), [] as string[]];
  watchOutput(stdout, stderr, (reason) => reasons.push(reason));
  return { stdout, stderr, reasons };
}

const error = (code: string) => Object.assign(new Error(`${code}: write`), { code });

describe("output that nobody takes", () => {
  it("changes nothing where the reader has seen enough", () => {
    const { stdout, reasons } = watched();
    stdout.emit("error", error("EPIPE"));
    assert.deepEqual(reasons, []);
  });

  it("is a failure where results can't be written", () => {
    const { stdout, reasons } = watched();
    stdout.emit("error", error("ENOSPC"));
    assert.deepEqual(reasons, ["ENOSPC: write"]);
  });

  it("is not missed where it only told of progress", () => {
    const { stderr, reasons } = watched();
    stderr.emit("error", error("ENOSPC"));
    assert.deepEqual(reasons, []);
  });
});
