import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Place } from "../../../benchmarks/define.ts";
import { startValues } from "../../../benchmarks/session/prepare.ts";
import { steadyLoad } from "../../../benchmarks/steady-load/index.ts";
import { type LocalHarness, startLocalHarness } from "../local-harness.ts";

const start = (seconds: number, detection = 0.001) => ({ start: seconds, detection });

describe("what the instrument itself costs", { concurrency: false }, () => {
  let local: LocalHarness;
  before(() => {
    local = startLocalHarness();
  });
  after(() => local.close());

  it("is the medians of the starts, and the share by which the poller makes them longer", () => {
    const values = startValues({ alone: [start(1), start(4, 0.003), start(2)], polled: [start(2.2), start(2.1), start(9)] });
    assert.deepEqual(values, { detectionBias: 0.001, unobservedStart: 2, observedStart: 2.2, observerEffect: 2.2 / 2 - 1 });
  });

  it("says nothing about the poller where none was tried", () => {
    const { observedStart, observerEffect, unobservedStart } = startValues({ alone: [start(3)], polled: [] });
    assert.deepEqual([observedStart, observerEffect, unobservedStart], [undefined, undefined, 3]);
  });

  it("is measured with real starts of both kinds, as many as were asked for", async () => {
    const found = await local.harness.request("start-overheads", { alone: 2, polled: 1 }, { timeoutSeconds: 120 });
    assert.deepEqual([found.alone.length, found.polled.length], [2, 1]);
    for (const { start: seconds, detection } of [...found.alone, ...found.polled]) assert.ok(seconds > 0.01 && detection >= 0);
  });

  it("has the lateness of the generator at the rate of a session of steady load, and none on an emulated host", async () => {
    const place = (emulated: boolean) => ({ harness: local.harness, facts: { emulated } }) as Place;
    const found = (await steadyLoad.calibrate?.(place(false), { rate: 50 })) ?? {};
    const { sendLatenessP50 = -1, sendLatenessP99 = -1, sendLatenessMax = -1 } = found;
    assert.ok(
      0 <= sendLatenessP50 && sendLatenessP50 <= sendLatenessP99 && sendLatenessP99 <= sendLatenessMax,
      JSON.stringify(found),
    );
    assert.deepEqual(await steadyLoad.calibrate?.(place(true), {}), {});
  });
});
