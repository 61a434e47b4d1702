import assert from "node:assert/strict";
import { test } from "node:test";
import { monotonic } from "../../../../benchmarks/harness/clock.ts";
import { pace } from "../../../../benchmarks/harness/load/pacer.ts";

test("nothing leaves before it is due, nothing is left out, and the order stays", async () => {
  const start = monotonic();
  const due = [0n, 1n, 5n, 5n, 30n].map((milliseconds) => start + milliseconds * 1_000_000n);
  const early: number[] = [];
  const sent: number[] = [];
  await pace(due, (index) => {
    if (monotonic() < (due[index] ?? 0n)) early.push(index);
    sent.push(index);
  });
  assert.deepEqual([early, sent], [[], [0, 1, 2, 3, 4]]);
});

test("what became late while the program was busy is sent at once, none of it dropped", async () => {
  const start = monotonic();
  const due = Array.from({ length: 10 }, (_, index) => start + BigInt(index) * 1_000_000n);
  const sent: number[] = [];
  await pace(due, (index) => {
    sent.push(index);
    if (index === 0) while (monotonic() < start + 20_000_000n);
  });
  assert.deepEqual(sent, [...due.keys()]);
});

test("what a send throws ends the window", async () => {
  const thrown = pace([monotonic()], () => {
    throw new TypeError("bad path");
  });
  await assert.rejects(thrown, /bad path/);
});
