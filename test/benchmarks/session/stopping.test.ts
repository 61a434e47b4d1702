import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { seededRandom } from "../../../benchmarks/statistics/random.ts";
import { normal } from "../../report/synthetic-session.ts";
import { fakeSession } from "./fake-session.ts";

/** A start of 1 s with this relative spread. */
function noisy(spread: number) {
  const random = seededRandom(3);
  return () => Math.exp(spread * normal(random));
}

const blocksOf = (samples: readonly { readonly role: string; readonly block: number }[]) =>
  new Set(samples.filter(({ role }) => role === "measured").map(({ block }) => block)).size;

test("a quiet session ends at the first look, and says with which half-widths", async () => {
  const { data } = await fakeSession({ blocks: 30, looks: [10, 20, 30], measure: noisy(0.01), aaPair: true });
  assert.equal(blocksOf(data.samples), 10);
  const [look] = data.session.looks ?? [];
  assert.equal(look?.decision, "stop");
  assert.deepEqual(Object.keys(look?.halfWidths ?? {}).sort(), ["one/docker#2", "one/podman", "two/docker"]);
  assert.ok(Object.values(look?.halfWidths ?? {}).every((half) => (half ?? 1) <= (look?.needed ?? 0)));
});

test("a noisy session goes on to the most blocks and keeps every look", async () => {
  const { data, lines } = await fakeSession({ blocks: 30, looks: [10, 20, 30], measure: noisy(0.3) });
  assert.equal(blocksOf(data.samples), 30);
  assert.deepEqual(
    data.session.looks?.map(({ blocks, decision }) => `${blocks} ${decision}`),
    ["10 go on", "20 go on", "30 stop"],
  );
  assert.ok(lines.some((line) => /^look at 10 blocks: go on, .* is known to \+-/.test(line)));
});

test("stopping looks at precision only: a large difference does not end a session earlier", async () => {
  const spread = noisy(0.2);
  const measure = (variant: string) => (variant.startsWith("two") ? 5 : 1) * spread();
  const { data } = await fakeSession({ blocks: 20, looks: [10, 20], measure });
  assert.equal(data.session.looks?.[0]?.decision, "go on");
});

test("a fixed number of blocks stays the default and takes no look", async () => {
  const { data } = await fakeSession({ blocks: 7, measure: noisy(0.3) });
  assert.equal(blocksOf(data.samples), 7);
  assert.equal(data.session.looks, undefined);
});

test("a budget ends the session before the block that would exceed it, and says up front how many fit", async () => {
  let now = 0;
  const measure = () => {
    now += 10;
    return 1;
  };
  const { data, lines } = await fakeSession({ blocks: 30, budgetSeconds: 300, measure, clock: () => now });
  // The three warm-ups take 30 s, and so does every block.
  assert.equal(blocksOf(data.samples), 9);
  assert.equal(data.session.outcome, "complete");
  assert.match(data.session.looks?.at(-1)?.reason ?? "", /another block of 30 s would exceed the budget of 300 s after 300 s/);
  assert.match(
    lines.find((line) => line.startsWith("a budget")) ?? "",
    /a budget of 5 min holds about 9 of 30 blocks \(30 s each\)/,
  );
});

test("a budget too small for an interval is a warning at once", async () => {
  let now = 0;
  const measure = () => {
    now += 10;
    return 1;
  };
  const { lines } = await fakeSession({ blocks: 30, budgetSeconds: 100, measure, clock: () => now });
  assert.ok(lines.includes("a budget of 2 min holds about 2 blocks of 30 s; a 95 % interval needs 6"));
});

test("what a session decided before an interruption stands after it", async () => {
  const directory = join(mkdtempSync(join(tmpdir(), "distrobench-looks-")), "session");
  const stop = new AbortController();
  const spread = noisy(0.3);
  const measure = (_variant: string, number: number) => {
    if (number === 40) stop.abort(new Error("stopped on request"));
    return spread();
  };
  await fakeSession({ blocks: 20, looks: [10, 20], directory, measure, signal: stop.signal });
  const { data } = await fakeSession({ blocks: 20, looks: [10, 20], directory, measure: noisy(0.3) });
  rmSync(join(directory, ".."), { recursive: true });
  assert.deepEqual(
    data.session.looks?.map(({ blocks, decision }) => `${blocks} ${decision}`),
    ["10 go on", "20 stop"],
  );
});
