import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CommanderError } from "commander";
import { commandLine } from "../../cli/command-line.ts";
import { golden } from "../golden.ts";
import { memoryContext } from "./memory-context.ts";

async function run(...words: string[]) {
  const memory = memoryContext();
  const error: unknown = await commandLine(memory.context)
    .parseAsync(words, { from: "user" })
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  return { code: error instanceof CommanderError ? error.exitCode : 0, stdout: memory.stdout(), stderr: memory.stderr() };
}

describe("the command line", () => {
  for (const command of ["", "up", "destroy", "report", "gate", "compare", "doctor"]) {
    const words = [...(command === "" ? [] : [command]), "--help"];
    it(`explains itself: ${words.join(" ")}`, async () => {
      const { code, stdout, stderr } = await run(...words);
      assert.deepEqual([code, stderr], [0, ""]);
      golden(`cli/${words.join("-").replaceAll("--", "")}.txt`, stdout);
    });
  }

  it("says its version", async () => assert.match((await run("--version")).stdout, /^\d+\.\d+\.\d+\n$/));

  it("suggests what a wrong command or option may have meant", async () => {
    assert.match((await run("destory")).stderr, /unknown command 'destory'\n\(Did you mean destroy\?\)/);
    assert.match((await run("doctor", "--jsn")).stderr, /unknown option '--jsn'\n\(Did you mean --json\?\)/);
    assert.equal((await run("destory")).stdout, "");
  });

  it("refuses more words than a command takes", async () =>
    assert.match((await run("up", "a", "b")).stderr, /too many arguments/));
});
