import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { connect } from "../../../benchmarks/harness/client.ts";
import type { RemoteProcess } from "../../../hosts/index.ts";

/** A program that exists only in memory: what it says is written to `stdout`. */
function fakeProgram() {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let end: () => void = () => undefined;
  const ended = new Promise<Awaited<RemoteProcess["ended"]>>((resolve) => {
    end = () => resolve({ command: "", host: "h", exitCode: 1, stdout: "", stderr: "", seconds: 0 });
  });
  const harness = connect("h", { stdin, stdout, stderr, ended, kill: async () => end() });
  return { harness, stdout, end };
}

const ask = (harness: ReturnType<typeof connect>) => harness.request("after", undefined, { timeoutSeconds: 10 });

test("lines that are not the program's are passed over, and its answer is found among them", async () => {
  const { harness, stdout } = fakeProgram();
  const answer = ask(harness);
  stdout.write('Welcome!\n\n42\nnull\n{"id":1,"result":{"after.load":1}}\n');
  assert.deepEqual(await answer, { "after.load": 1 });
});

test("what was printed by something else is told when the program ends", async () => {
  const { harness, stdout, end } = fakeProgram();
  const answer = ask(harness);
  stdout.write("sh: node: not found\n");
  await setTimeout(50);
  end();
  await assert.rejects(answer, /h: the measuring program ended\nsh: node: not found/);
  assert.equal(harness.alive, false);
});
