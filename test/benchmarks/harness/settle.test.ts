import assert from "node:assert/strict";
import { test } from "node:test";
import { monotonic, sleep } from "../../../benchmarks/harness/clock.ts";
import { traces } from "../../../benchmarks/harness/leftovers.ts";
import { type PressureReading, pressureOfLastSecond, readPressure } from "../../../benchmarks/harness/pressure.ts";
import { settle } from "../../../benchmarks/harness/settle.ts";
import { startLocalHarness } from "../local-harness.ts";

/** Readings by seconds before now and milliseconds stalled since boot. */
function readings(...all: readonly (readonly [ago: number, stalled: number])[]): readonly PressureReading[] {
  return all.map(([ago, stalled]) => ({ at: BigInt(Math.round((100 - ago) * 1e9)), stalled: stalled * 1000, crowded: false }));
}

test("a host is known to be quiet where little was stalled since any reading that is a second old, however old", () => {
  assert.equal(pressureOfLastSecond(readings([60, 1000], [0, 1040])), 0.04);
});

test("little on average is not quiet: all of it may have been in the last second", () => {
  assert.equal(pressureOfLastSecond(readings([60, 1000], [0, 1600])), 0.6);
});

test("the newest reading that is a second old is the one that counts", () => {
  assert.equal(pressureOfLastSecond(readings([60, 0], [1, 5000], [0.5, 5010], [0, 5020])), 0.02);
});

test("nothing is said of a second that no reading reaches back to", () => {
  assert.equal(pressureOfLastSecond([]), undefined);
  assert.equal(pressureOfLastSecond(readings([0.75, 0], [0.5, 0], [0.25, 0], [0, 0])), undefined);
});

test("no share is above one", () => {
  assert.equal(pressureOfLastSecond(readings([60, 0], [0, 30_000])), 1);
});

test("a kernel without PSI is looked at for a second, five times", () => {
  const looks = [true, false, true, false, false].map((crowded, index) => {
    return { at: BigInt(index * 250_000_000), stalled: undefined, crowded };
  });
  assert.equal(pressureOfLastSecond(looks.slice(1)), undefined);
  assert.equal(pressureOfLastSecond(looks), 0.4);
});

/** Where every pressure is quiet, so that only the time is looked at. */
const patient = { limit: 1, timeoutSeconds: 30 };

test("quiet that a reading of two seconds ago proves is waited for a quarter of a second, and otherwise a second", async () => {
  const now = readPressure();
  const before = { at: monotonic() - 2_000_000_000n, stalled: now.stalled ?? 0, crowded: false };
  const known = await settle({ ...patient, untouched: traces(), earlier: [before] });
  const unknown = await settle({ ...patient, untouched: traces(), earlier: [] });
  if (now.stalled !== undefined)
    assert.ok(known.settled.seconds >= 0.2 && known.settled.seconds < 1, String(known.settled.seconds));
  assert.ok(unknown.settled.seconds >= 1, String(unknown.settled.seconds));
  assert.ok(known.settled.quiet && unknown.settled.quiet);
});

test("the measuring program looks back to before the sample", async () => {
  const local = startLocalHarness();
  try {
    await local.harness.request("calibrate", { starters: [] }, { timeoutSeconds: 60 });
    const { seconds: first } = await local.harness.request("settle", patient, { timeoutSeconds: 60 });
    await local.harness.request("before", undefined, { timeoutSeconds: 60 });
    await sleep(1100);
    const { seconds: second } = await local.harness.request("settle", patient, { timeoutSeconds: 60 });
    const [least, most] = readPressure().stalled === undefined ? [1, 30] : [0.2, 1];
    assert.ok(first >= 1 && second >= least && second < most, `${first} s, ${second} s`);
  } finally {
    await local.close();
  }
});
