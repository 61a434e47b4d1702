import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CommanderError } from "commander";
import { golden } from "../golden.ts";
import { memoryContext, outcomeOf } from "./memory-context.ts";

async function run(...words: string[]) {
  return await runOn(undefined, ...words);
}

/** On terminals of so many columns. */
async function runOn(columns: number | undefined, ...words: string[]) {
  const memory = memoryContext();
  for (const stream of [memory.context.stdout, memory.context.stderr]) Object.assign(stream, { columns });
  const error = await outcomeOf(memory.context, words);
  return { code: error instanceof CommanderError ? error.exitCode : 0, stdout: memory.stdout(), stderr: memory.stderr() };
}

describe("the command line", () => {
  for (const command of [
    ...["", "up", "preflight", "destroy", "report", "gate", "compare", "reproduce", "inventory", "doctor"],
  ]) {
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

  it("gives the help of a command in both ways that people ask for it", async () => {
    assert.deepEqual(await run("help", "gate"), await run("gate", "--help"));
    assert.deepEqual([(await run("help")).code, (await run("help")).stdout], [0, (await run("--help")).stdout]);
  });

  it("refuses to give the help of a command that is not there, and suggests one", async () => {
    for (const words of [
      ["help", "gat"],
      ["gat", "--help"],
      ["--help", "gat"],
    ]) {
      const { code, stdout, stderr } = await run(...words);
      assert.deepEqual([code, stdout], [1, ""], words.join(" "));
      assert.match(
        stderr,
        /^error: unknown command 'gat'; did you mean gate\?\n\(\.\/distrobench --help lists what there is\)\n$/,
      );
    }
  });

  it("fits its help into a terminal of 80 columns, and to lines that can be read on a wide one", async () => {
    for (const command of ["", "up", "gate", "compare", "reproduce", "inventory"]) {
      const words = [...(command === "" ? [] : [command]), "--help"];
      for (const [columns, most] of [
        [80, 80],
        [200, 100],
      ] as const) {
        const { stdout } = await runOn(columns, ...words);
        const long = stdout.split("\n").filter((line) => line.length > most);
        assert.deepEqual(long, [], `${words.join(" ")} at ${columns} columns`);
      }
    }
  });

  it("names the help of the command that was used wrongly", async () => {
    assert.match((await run("gate", "--tolerence", "10%")).stderr, /\(\.\/distrobench gate --help says how it is used\)/);
    assert.match((await run("compare", "a")).stderr, /missing required argument 'b'\n\(\.\/distrobench compare --help/);
  });

  it("refuses more words than a command takes", async () =>
    assert.match((await run("up", "a", "b")).stderr, /too many arguments/));
});
