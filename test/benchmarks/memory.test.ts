import assert from "node:assert/strict";
import { test } from "node:test";
import { type Memory, type MemoryReading, parsePss } from "../../benchmarks/harness/memory.ts";
import { toMeasurement } from "../../benchmarks/memory/index.ts";
import { sample } from "../golden.ts";

type Read = Extract<Memory, { outcome: "read" }>;

const reading = (pss: number, current: number, host: number): MemoryReading => ({ pss, current, host });
const read: Read = {
  ...({ outcome: "read", start: { seconds: 1.5 }, before: 900, peak: 77, foreign: 0.03 } as const),
  stamps: { start: "1", first200: "2", "load.end": "3" },
  rest: [reading(10, 30, 1000), reading(20, 50, 1100)],
  loaded: [reading(30, 60, 1200), reading(50, 70, 1400)],
  requests: { planned: 80, sent: 80, failed: 1 },
  limits: { identities: { "limits.cpuset": "0-1" }, conditions: { "limits.dropped.memoryBytes": 1 } },
};

function measured(found: Memory) {
  const measurement = toMeasurement(found);
  assert.equal(measurement.outcome, "measured");
  if (measurement.outcome !== "measured") throw new Error("unreachable");
  return measurement;
}

test("the PSS of a process is the kernel's own line, not one of its parts, in bytes", () => {
  assert.equal(parsePss(sample("benchmarks/memory/smaps_rollup.txt")), 251 * 1024);
});

test("a process without a roll-up has no PSS, which is not a PSS of 0", () => {
  assert.equal(parsePss(""), undefined);
  assert.equal(parsePss("Pss_Anon:  112 kB\nSwapPss:  8 kB\n"), undefined);
});

test("the figures of a container are the means of its readings, rest and load apart", () => {
  assert.deepEqual(measured(read).values, {
    ...{ restPss: 15, loadPss: 40, restCurrent: 40, loadCurrent: 65 },
    ...{ hostRest: 1050, hostLoad: 1300, hostBefore: 900, peak: 77 },
  });
});

test("every reading is kept in order", () => {
  const { series } = measured(read);
  assert.deepEqual(series?.["rest.pss"], [10, 20]);
  assert.deepEqual(series?.["load.current"], [60, 70]);
  assert.deepEqual(series?.["load.host"], [1200, 1400]);
});

test("the requests, the limits that the kernel holds and who else used the CPUs are there for the validity rules", () => {
  const { conditions, identities, stamps } = measured(read);
  assert.deepEqual(stamps, read.stamps);
  assert.deepEqual(conditions, {
    ...{ "load.planned": 80, "load.sent": 80, "load.failed": 1 },
    ...{ "foreign.cpu": 0.03, "limits.dropped.memoryBytes": 1 },
  });
  assert.deepEqual(identities, { "limits.cpuset": "0-1" });
});

test("without PSS the sample is skipped, and the control group's memory never takes its place", () => {
  const rest = read.rest.map(({ current, host }) => ({ ...(current === undefined ? {} : { current }), host }));
  const found = toMeasurement({ ...read, rest });
  assert.equal(found.outcome, "skipped");
  assert.match(found.outcome === "skipped" ? found.cause : "", /smaps_rollup/);
});

test("a value that one reading lacks has no mean, and nothing is made up for the peak", () => {
  const { peak: _, ...older } = read;
  const { values } = measured({ ...older, loaded: [reading(30, 60, 1200), { pss: 50, host: 1400 }] });
  assert.equal(values.loadCurrent, undefined);
  assert.equal(values.loadPss, 40);
  assert.equal("peak" in values, false);
});

test("a container that never got ready is a failed sample with its cause", () => {
  const failed: Memory = { outcome: "failed", cause: "no answer after 120 s" };
  assert.deepEqual(toMeasurement(failed), { outcome: "failed", cause: "no answer after 120 s", stamps: {} });
});
