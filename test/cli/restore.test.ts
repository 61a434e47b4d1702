import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { commandLine } from "../../cli/command-line.ts";
import { memoryContext } from "./memory-context.ts";

const restore = async (...words: string[]) => {
  const { context } = memoryContext();
  await commandLine(context).parseAsync(["restore", ...words], { from: "user" });
};

describe("restore", () => {
  it("names the host that was probably meant", () =>
    assert.rejects(
      restore("servng", "--stack", "tuning-demo"),
      /the stack tuning-demo has no host servng; did you mean serving\?/,
    ));

  it("asks for a stack that exists", () =>
    assert.rejects(restore("serving", "--stack", "tuning-dmo"), /did you mean tuning-demo\?/));

  it("says which secret it lacks before it dials", () =>
    assert.rejects(
      restore("server", "--stack", "own-hosts"),
      /server: the environment variable BENCH_SUDO_PASSWORD, .* is not set/,
    ));
});
