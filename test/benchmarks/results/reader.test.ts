import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readSeries, readSession } from "../../../benchmarks/results/reader.ts";
import type { Sample, Session } from "../../../benchmarks/results/schema.ts";
import { createSessionWriter, sessionName } from "../../../benchmarks/results/writer.ts";
import { summarise } from "../../../benchmarks/statistics/index.ts";
import { type Random, seededRandom } from "../../../benchmarks/statistics/random.ts";
import { UserError } from "../../../hosts/index.ts";
import { renderJson } from "../../../report/json.ts";

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
  for (const sequence of [0, 1]) writer.series(sequence, { gap: [0.5, 1] });
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

for (const file of ["series.jsonl", "session.json", "environment/h.json"])
  test(`${file} cut at any byte is a warning, and every whole sample is read`, () => {
    const bytes = readFileSync(join(whole, file));
    const copy = changed(() => undefined);
    for (let length = bytes.length - 2; length >= 0; length -= 1) {
      truncateSync(join(copy, file), length);
      const data = readSession(copy);
      const { series, warnings } = readSeries(copy);
      const isCut = file !== "series.jsonl" || (length > 0 && bytes[length - 1] !== 10);
      assert.equal(data.warnings.length + warnings.length, isCut ? 1 : 0, `${length} bytes`);
      assert.equal(data.samples.length, 3);
      if (file !== "series.jsonl") assert.equal(series.size, 2);
      if (file === "environment/h.json") assert.match(JSON.stringify(summarise(data).state), /environment of h is unreadable/);
    }
  });

/** One change of bytes as a bad disk, an editor or a merge makes it. */
function damaged(bytes: Buffer, random: Random): Buffer {
  const at = random(bytes.length);
  const length = random(40);
  const piece = bytes.subarray(random(bytes.length)).subarray(0, length);
  const changes = [
    () => Buffer.concat([bytes.subarray(0, at), Buffer.from([random(256)]), bytes.subarray(at + 1)]),
    () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]),
    () => Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]),
    () =>
      Buffer.from(
        bytes.toString("latin1").replace(/(?<=:)[\d.]+/g, (found) => (random(20) === 0 ? "-1e308" : found)),
        "latin1",
      ),
    () =>
      Buffer.from(
        bytes.toString("latin1").replace(/(?<=:)"\w+"/g, (found) => (random(20) === 0 ? '"?"' : found)),
        "latin1",
      ),
  ];
  return changes[random(changes.length)]?.() ?? bytes;
}

test("results that were damaged in any way are read, or refused by a message that names the file", () => {
  const random = seededRandom(11);
  const files = ["samples.jsonl", "series.jsonl", "session.json", "environment/h.json"];
  let refused = 0;
  const copy = changed(() => undefined);
  for (let round = 0; round < 600; round += 1) {
    const file = files[round % files.length] ?? "";
    writeFileSync(join(copy, file), damaged(readFileSync(join(whole, file)), random));
    try {
      const data = { ...readSession(copy), ...readSeries(copy) };
      assert.match(renderJson([summarise(data)]), /"sessions"/);
    } catch (error) {
      assert.ok(error instanceof UserError, `round ${round}, ${file}: ${String((error as Error).stack)}`);
      assert.ok(error.message.includes(copy), error.message);
      refused += 1;
    }
    cpSync(join(whole, file), join(copy, file));
  }
  assert.ok(refused > 60 && refused < 540, String(refused));
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
