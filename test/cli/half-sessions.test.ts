import assert from "node:assert/strict";
import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { Exit } from "../../cli/context.ts";
import { before, now, times } from "../benchmarks/gate/sessions.ts";
import { writeSession } from "../report/write-session.ts";
import { memoryContext, outcomeOf } from "./memory-context.ts";

const roots: string[] = [];
after(() => {
  for (const root of roots) rmSync(root, { recursive: true });
});

/** A project with three sessions of the stack `mine`, one a day. */
function project() {
  const root = mkdtempSync(join(tmpdir(), "distrobench-half-"));
  roots.push(root);
  copyFileSync(join(import.meta.dirname, "../../package.json"), join(root, "package.json"));
  const ids = [1, 2, 3].map((day) => `2026010${day}T000000Z-mine-cold-start`);
  for (const [index, id] of ids.entries()) {
    const session = { stack: "mine", id, startedAt: `2026-01-0${index + 1}T00:00:00.000Z` };
    writeSession(root, index < 2 ? before({ variants: times(), session }) : now({ variants: times(), session }));
  }
  const [first = "", second = "", last = ""] = ids;
  return { root, first, second, last, file: (id: string, name: string) => join(root, "results", id, name) };
}

async function run(root: string, ...words: string[]) {
  const memory = memoryContext({ root });
  const error = await outcomeOf(memory.context, words);
  return { code: error instanceof Exit ? error.code : error === undefined ? 0 : "error", error, ...texts(memory) };
}

const texts = (memory: ReturnType<typeof memoryContext>) => ({ stdout: memory.stdout(), stderr: memory.stderr() });

describe("a session that was killed while it was written", () => {
  it("is reported and judged as one that has not ended, though an earlier one is complete", async () => {
    const { root, last, file } = project();
    const { session } = now({ variants: times(), session: { stack: "mine", id: last, startedAt: "2026-01-03T00:00:00.000Z" } });
    writeFileSync(file(last, "session.json"), JSON.stringify({ ...session, outcome: "running" }));
    assert.match((await run(root, "report", "--stack", "mine")).stdout, /invalid: the session has not ended: it still runs, or/);
    const { code, stdout } = await run(root, "gate", "mine");
    assert.equal(code, 3);
    assert.match(stdout, /the session has not ended[\s\S]*INVALID \(exit code 3\)/);
  });

  it("says which line was cut off, wherever its figures are shown", async () => {
    const { root, last, first, file } = project();
    appendFileSync(file(last, "samples.jsonl"), '{"sequence":');
    const warning = /^WARNING: results\/20260103T000000Z-mine-cold-start\/samples\.jsonl:\d+: the last line was cut off/m;
    for (const words of [
      ["report", "--stack", "mine"],
      ["report", "--stack", "mine", "--json"],
      ["report", last, "--format", "csv"],
      ["gate", "mine"],
      ["compare", first, last],
    ])
      assert.match((await run(root, ...words)).stderr, warning, words.join(" "));
  });

  it("is found by the description before, where session.json was cut off", async () => {
    const { root, last, file } = project();
    writeFileSync(file(last, "session.json"), '{"version": 1, "id');
    const { stdout, stderr } = await run(root, "report", "--stack", "mine");
    assert.match(stdout, new RegExp(`\\(${last}\\)`));
    assert.match(stderr, /session\.json is cut off; session\.previous\.json, written before it, was read/);
  });

  it("is named where its description is lost and it has samples", async () => {
    const { root, last, second, file } = project();
    for (const name of ["session.json", "session.previous.json"]) writeFileSync(file(last, name), "{");
    for (const words of [
      ["report", "--stack", "mine"],
      ["gate", "mine"],
    ]) {
      const { stdout, stderr } = await run(root, ...words);
      assert.match(stderr, new RegExp(`^WARNING: results/${last} is left out, though it has samples`, "m"));
      assert.ok(stdout.includes(second));
    }
    assert.equal((await run(root, "report", "--stack", "other")).stderr, "");
  });

  it("says of an earlier one that no verdict can rest on it, once", async () => {
    const { root, second, file } = project();
    writeFileSync(file(second, "samples.jsonl"), "{\n{");
    const { code, stdout, stderr } = await run(root, "gate", "mine");
    assert.equal(code, 0);
    assert.match(stdout, /against 20260101T000000Z-mine-cold-start/);
    assert.match(
      stderr,
      new RegExp(`^WARNING: results/${second} is left out of what was measured before: results/${second}/samples`),
    );
    assert.equal(stderr.split("\n").length, 2);
  });

  it("is no session before it is described, and says so when it is named", async () => {
    const { root } = project();
    mkdirSync(join(root, "results/20260104T000000Z-mine-cold-start/environment"), { recursive: true });
    writeFileSync(join(root, "results/20260104T000000Z-mine-cold-start/samples.jsonl"), "");
    const { code, stderr } = await run(root, "gate", "mine");
    assert.deepEqual([code, stderr], [0, ""]);
    const { error } = await run(root, "report", "20260104T000000Z-mine-cold-start");
    assert.match(String(error), /results\/20260104T000000Z-mine-cold-start is no session: it has no session\.json/);
  });
});
