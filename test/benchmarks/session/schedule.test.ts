import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createSchedule, type Slot } from "../../../benchmarks/session/schedule.ts";

const variants = ["a", "b", "c", "d"];

function take(
  seed: number,
  blocks: number,
  options: { requeueAfter?: readonly number[]; limit?: number } = {},
): readonly (readonly Slot[])[] {
  const schedule = createSchedule({
    ...{ variants, warmed: variants.slice(0, 3), warmups: 1, seed },
    ...{ stop: ({ blocksDone }) => blocksDone >= blocks, requeueLimit: options.limit ?? blocks },
  });
  const taken: (readonly Slot[])[] = [];
  for (let slots = schedule.nextBlock(); slots !== undefined; slots = schedule.nextBlock()) {
    taken.push(slots);
    if (options.requeueAfter?.includes(slots[0]?.block ?? -1) === true) schedule.requeue();
  }
  return taken;
}

const names = (slots: readonly Slot[] | undefined) => (slots ?? []).map((slot) => slot.variant);

test("every block holds every variant once and orders count from 0", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 30 }), (seed, blocks) => {
      const [warm, ...measured] = take(seed, blocks);
      assert.deepEqual(names(warm).toSorted(), ["a", "b", "c"]);
      assert.equal(measured.length, blocks);
      for (const [index, slots] of measured.entries()) {
        assert.deepEqual(names(slots).toSorted(), variants);
        assert.ok(slots.every((slot, order) => slot.block === index + 1 && slot.order === order && slot.role === "measured"));
      }
    }),
  );
});

test("the same seed gives the same orders and another seed gives others", () => {
  assert.deepEqual(take(7, 10), take(7, 10));
  assert.notDeepEqual(take(7, 10), take(8, 10));
});

test("every variant is about equally often at every position", () => {
  const [, ...measured] = take(1, 1000);
  for (const variant of variants) {
    for (const position of [0, 1, 2, 3]) {
      const count = measured.filter((slots) => slots[position]?.variant === variant).length;
      assert.ok(count > 200 && count < 300, `${variant} at ${position}: ${count}`);
    }
  }
});

test("a disturbed block adds one block at the end, and a second try adds none", () => {
  const taken = take(3, 4, { requeueAfter: [1, 2, 3, 4, 5, 6, 7, 8] });
  assert.deepEqual(
    taken.map((slots) => slots[0]?.block),
    [0, 1, 2, 3, 4, 5, 6, 7, 8],
  );
  assert.equal(take(3, 4, { requeueAfter: [2] }).length, 1 + 5);
});

test("a limit of 0 never measures again", () => {
  assert.equal(take(3, 4, { requeueAfter: [1, 2, 3, 4], limit: 0 }).length, 1 + 4);
});
