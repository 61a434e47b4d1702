import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Sample, SessionData } from "../../../benchmarks/results/schema.ts";
import { findEarlier } from "../../../benchmarks/session/resume.ts";
import { summarise } from "../../../benchmarks/statistics/index.ts";
import { syntheticSession } from "../../report/synthetic-session.ts";
import { writeSession } from "../../report/write-session.ts";
import { fakeSession } from "./fake-session.ts";

const parent = mkdtempSync(join(tmpdir(), "distrobench-resume-"));
after(() => rmSync(parent, { recursive: true }));

/** Interrupts a session of 6 blocks of 3 variants before the sample with this number, warm-ups counted. */
async function interrupted(directory: string, before: number) {
  const stop = new AbortController();
  const measure = (_variant: string, number: number) => {
    if (number === before - 1) stop.abort(new Error("stopped on request"));
    return 1;
  };
  return await fakeSession({ blocks: 6, directory, measure, signal: stop.signal });
}

const ordersOf = (samples: readonly Sample[]) =>
  samples.filter(({ role }) => role === "measured").map(({ block, order, variant }) => `${block}.${order} ${variant}`);

test("an interrupted session goes on: nothing is lost, nothing is there twice, and the order is that of the seed", async () => {
  const { data: whole } = await fakeSession({ blocks: 7 });
  for (const before of [7, 8, 9, 10]) {
    const directory = join(parent, `cut-${before}`);
    const { data: first } = await interrupted(directory, before);
    assert.equal(first.session.outcome, "interrupted");
    const lines = readFileSync(join(directory, "samples.jsonl"), "utf8");
    const { data, error } = await fakeSession({ blocks: 6, directory });
    assert.equal(error, undefined);
    assert.equal(data.session.outcome, "complete");
    assert.ok(readFileSync(join(directory, "samples.jsonl"), "utf8").startsWith(lines));
    assert.deepEqual(
      data.samples.map(({ sequence }) => sequence),
      [...data.samples.keys()],
    );
    const orders = ordersOf(data.samples);
    assert.equal(new Set(orders).size, orders.length);
    assert.deepEqual(
      orders,
      ordersOf(whole.samples).filter((order) => orders.includes(order)),
    );
    const [estimate] = summarise(data).metrics[0]?.estimates ?? [];
    assert.equal(estimate?.n, 6);
  }
});

test("samples of a block that was cut are kept with their reason and not counted, and another block takes its place", async () => {
  const directory = join(parent, "cut");
  await interrupted(directory, 8);
  const { data } = await fakeSession({ blocks: 6, directory });
  const [resumption] = data.session.resumptions ?? [];
  assert.deepEqual(resumption, { at: new Date(1000).toISOString(), sequence: 8, cutBlock: 2 });
  const cut = data.samples.filter(({ block }) => block === 2);
  assert.equal(cut.length, 2);
  assert.ok(cut.every(({ validity }) => validity.status === "invalid" && validity.reasons[0]?.rule === "cut-block"));
  assert.equal(Math.max(...data.samples.map(({ block }) => block)), 7);
});

test("a session that is interrupted again and again is complete in the end", async () => {
  const directory = join(parent, "often");
  await interrupted(directory, 5);
  await interrupted(directory, 5);
  await interrupted(directory, 8);
  const { data } = await fakeSession({ blocks: 6, directory });
  assert.equal(data.session.resumptions?.length, 3);
  assert.equal(summarise(data).metrics[0]?.estimates[0]?.n, 6);
});

test("a line that was cut in the middle is set aside, not joined with the next one", async () => {
  const directory = join(parent, "line");
  await interrupted(directory, 8);
  appendFileSync(join(directory, "samples.jsonl"), '{"sequence":8,"vari');
  const { data } = await fakeSession({ blocks: 6, directory });
  assert.deepEqual(data.warnings, []);
  assert.equal(readFileSync(join(directory, "samples.jsonl.cut"), "utf8"), '{"sequence":8,"vari\n');
});

const environments = (data: SessionData) => data.environments;
const running = (options = {}) => syntheticSession({ ...options, session: { outcome: "interrupted" } });

function found(stored: SessionData, wanted: SessionData) {
  const root = mkdtempSync(join(parent, "root-"));
  const id = `20260101T000000Z-${stored.session.stack}-${stored.session.benchmark}`;
  writeSession(root, { ...stored, session: { ...stored.session, id } });
  const warnings: string[] = [];
  return findEarlier(join(root, "results"), wanted.session, environments(wanted), (line) => warnings.push(line));
}

test("the newest session of the same inputs is gone on with", () => {
  assert.equal(found(running(), running()).kind, "resumable");
});

test("a complete session, or one without a measured sample, is not gone on with", () => {
  assert.equal(found(syntheticSession(), running()).kind, "none");
  const stored = running();
  assert.equal(found({ ...stored, samples: stored.samples.filter(({ role }) => role !== "measured") }, running()).kind, "none");
});

const base = running();
const changed: readonly (readonly [string, SessionData, RegExp])[] = [
  ["kernel", running({ facts: { "kernel.release": "9.9" } }), /: kernel\.release was .*, is 9\.9/],
  ["harness", { ...base, session: { ...base.session, instrument: "other" } }, /instrument was .*, is other/],
  [
    "number of blocks",
    { ...base, session: { ...base.session, design: { ...base.session.design, blocks: 77 } } },
    /blocks was \d+, is 77/,
  ],
  ["parameters", { ...base, session: { ...base.session, parameters: { limit: 3 } } }, /parameters\.limit was absent, is 3/],
];
for (const [what, wanted, said] of changed)
  test(`a changed ${what} is named instead of going on`, () => {
    const earlier = found(running(), wanted);
    assert.equal(earlier.kind, "changed");
    assert.match(earlier.kind === "changed" ? earlier.changes.join("\n") : "", said);
  });
