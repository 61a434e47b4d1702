import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readSession } from "../../../benchmarks/results/reader.ts";
import type { Sample, Session } from "../../../benchmarks/results/schema.ts";
import { createSessionWriter, sessionName } from "../../../benchmarks/results/writer.ts";
import { UserError } from "../../../hosts/index.ts";

const session: Session = {
  ...{ version: 1, id: "s", stack: "t", benchmark: "b", test: "b", title: "B", parameters: {}, metrics: [], baseline: "v" },
  variants: [{ id: "v", host: "h", labels: {} }],
  design: { blocks: 1, seed: 1, tolerance: 0.1, warmups: 1, order: "randomised-complete-blocks", noisyHost: false },
  ...{ instrument: "i", startedAt: new Date(0).toISOString(), outcome: "running" },
};

function sample(sequence: number): Sample {
  const place = { sequence, variant: "v", role: "measured" as const, block: sequence, order: 0, at: new Date(0).toISOString() };
  return { ...place, values: { total: 1.5 }, stamps: { start: "123" }, conditions: {}, validity: { status: "valid" } };
}

let parent: string;
let whole: string;
before(() => {
  parent = mkdtempSync(join(tmpdir(), "distrobench-results-"));
  whole = join(parent, "whole");
  const writer = createSessionWriter(whole, session);
  writer.environment({ host: "h", emulated: true, facts: { kernel: "6" }, fingerprint: ["kernel"] });
  for (const sequence of [0, 1, 2]) writer.sample(sample(sequence));
  writer.session({ ...session, outcome: "complete" });
  writer.close();
});
after(() => rmSync(parent, { recursive: true }));

function changed(change: (directory: string) => void): string {
  const copy = mkdtempSync(join(parent, "copy-"));
  cpSync(whole, copy, { recursive: true });
  change(copy);
  return copy;
}

test("what was written is read back", () => {
  const data = readSession(whole);
  assert.deepEqual(data.samples, [0, 1, 2].map(sample));
  assert.equal(data.session.outcome, "complete");
  assert.equal(data.environments[0]?.facts.kernel, "6");
  assert.deepEqual(data.warnings, []);
});

test("cut at any byte, the whole lines are read and a cut line is a warning", () => {
  const bytes = readFileSync(join(whole, "samples.jsonl"));
  const copy = changed(() => undefined);
  const file = join(copy, "samples.jsonl");
  for (let length = bytes.length; length >= 0; length -= 1) {
    truncateSync(file, length);
    const lines = bytes.subarray(0, length).toString("utf8").split("\n");
    const data = readSession(copy);
    assert.equal(data.samples.length, lines.length - 1);
    assert.equal(data.warnings.length, lines.at(-1) === "" ? 0 : 1);
  }
});

test("a damaged line in the middle is an error that names the line", () => {
  const copy = changed((directory) => {
    const file = join(directory, "samples.jsonl");
    writeFileSync(file, readFileSync(file, "utf8").replace('{"sequence":1', '{"sequence":-1'));
  });
  assert.throws(
    () => readSession(copy),
    (error) => error instanceof UserError && /samples\.jsonl:2: sequence/.test(error.message),
  );
});

test("results of another version are refused with both versions", () => {
  const copy = changed((directory) => writeFileSync(join(directory, "session.json"), '{"version": 7}'));
  assert.throws(() => readSession(copy), /version 7; this distrobench reads version 1/);
});

test("a directory that is no session is refused", () => {
  assert.throws(() => readSession(join(parent, "nothing")), UserError);
});

test("an existing session is never written over", () => {
  assert.throws(() => createSessionWriter(whole, session), /EEXIST/);
  assert.equal(readSession(whole).samples.length, 3);
});

test("a taken name gets a number", () => {
  const now = new Date("2026-02-03T04:05:06.789Z");
  const taken = new Set(["20260203T040506Z-lab-cold-start", "20260203T040506Z-lab-cold-start-2"]);
  assert.equal(
    sessionName(now, "lab", "cold-start", () => false),
    "20260203T040506Z-lab-cold-start",
  );
  assert.equal(
    sessionName(now, "lab", "cold-start", (name) => taken.has(name)),
    "20260203T040506Z-lab-cold-start-3",
  );
});
