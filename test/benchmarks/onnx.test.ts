import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRuns } from "../../benchmarks/harness/onnx.ts";
import { toMeasurement } from "../../benchmarks/onnx/index.ts";
import { sample } from "../golden.ts";

const around = {
  stamps: { start: "1", end: "2" },
  watched: { limits: { identities: { "limits.cpuset": "0" }, conditions: {} }, foreign: 0.02 },
};

test("the figures of a real runner are ranks over its runs, in seconds, with the session's creation apart", () => {
  const found = parseRuns(sample("benchmarks/onnx/cpu.jsonl"));
  assert.equal(found.outcome, "measured");
  const measured = toMeasurement({ said: found, ...around });
  if (found.outcome !== "measured" || measured.outcome !== "measured") return;
  assert.deepEqual(
    [found.provider, found.version, found.runs.length, found.warmups.length],
    ["CPUExecutionProvider", "1.32.0", 20, 5],
  );
  const sorted = found.runs.toSorted((a, b) => a - b);
  assert.equal(measured.values.runP50, (sorted[9] ?? 0) / 1e9);
  assert.equal(measured.values.runP95, (sorted[18] ?? 0) / 1e9);
  assert.equal(measured.values.sessionCreation, found.created / 1e9);
  assert.equal(measured.values.runs, 20);
});

test("a provider that is not there, or that fell back, is skipped with the runner's reason", () => {
  const found = parseRuns('{"skipped": "this ONNX Runtime has no OpenVINOExecutionProvider, only CPUExecutionProvider"}\n');
  assert.deepEqual(toMeasurement({ said: found, ...around }), {
    outcome: "skipped",
    cause: "this ONNX Runtime has no OpenVINOExecutionProvider, only CPUExecutionProvider",
  });
});

test("a runner that printed nothing, or measured nothing, is a failed sample", () => {
  assert.equal(parseRuns("").outcome, "failed");
  assert.equal(parseRuns('{"provider":"p","version":"1","created":1,"warmups":[],"runs":[]}').outcome, "failed");
});

test("a process carries its stamps, its container's limits and who else used the CPUs", () => {
  const said = parseRuns('{"provider":"p","version":"1","created":1,"warmups":[],"runs":[1]}');
  const { stamps, conditions, identities } = {
    conditions: {},
    identities: {},
    stamps: {},
    ...toMeasurement({ said, ...around }),
  };
  assert.deepEqual(
    [stamps, conditions, identities],
    [around.stamps, { "onnx.openvino": 0, "foreign.cpu": 0.02 }, { "limits.cpuset": "0" }],
  );
});
