import assert from "node:assert/strict";
import { test } from "node:test";
import type { SteadyLoad } from "../../../benchmarks/harness/steady-load.ts";
import { steadyLoad } from "../../../benchmarks/steady-load/index.ts";
import { toMeasurement } from "../../../benchmarks/steady-load/measurement.ts";
import { golden, sample } from "../../golden.ts";

/** A window of 5 s at 8/s on the model server in a real container, as the measuring program answered. */
const captured = JSON.parse(sample("benchmarks/steady-load/window.json")) as Extract<SteadyLoad, { outcome: "loaded" }>;

test("a captured window comes to the same figures", () => {
  const { series, ...rest } = { series: undefined, ...toMeasurement(captured) };
  golden("benchmarks/steady-load/measurement.json", `${JSON.stringify(rest, null, 2)}\n`);
  assert.equal(series?.due?.length, 48);
});

test("a window in which p95 falls on a failure is a failed sample that says what went wrong", () => {
  const status = captured.window.series.status.map((code, n) => (n % 10 === 0 ? 503 : code));
  const window = { ...captured.window, series: { ...captured.window.series, status }, causes: { "HTTP 503": 5 } };
  const measurement = toMeasurement({ ...captured, window, tail: "out of workers" });
  const cause = measurement.outcome === "failed" ? measurement.cause : "";
  assert.match(cause, /^4 of 40 requests failed, so p95 has no value \(with the warm-up: HTTP 503 5 times\)\nout of workers$/);
});

test("a container that never answered is a failed sample", () => {
  assert.deepEqual(toMeasurement({ outcome: "failed", cause: "gone" }), { outcome: "failed", cause: "gone", stamps: {} });
});

test("p99 says how many requests it rests on, and when they are too few", () => {
  const title = (parameters: Readonly<Record<string, unknown>>) =>
    steadyLoad.metricsOf(parameters).find(({ name }) => name === "p99")?.title;
  assert.equal(title({}), "p99 from the due instant (n = 480)");
  assert.equal(title({ duration: 45 }), "p99 from the due instant (n = 360, too few for an interval)");
});
