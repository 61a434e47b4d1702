import assert from "node:assert/strict";
import { test } from "node:test";
import type { LoadSeries } from "../../../../benchmarks/harness/load/generate.ts";
import { loadConditions, summariseWindow } from "../../../../benchmarks/harness/load/window.ts";
import { judge } from "../../../../benchmarks/validity/rules.ts";

/** A constant schedule whose requests are sent on time and answered after `latency` seconds with `status`. */
function series(
  count: number,
  rate: number,
  given: { latency?: (due: number) => number; status?: (n: number) => number },
): LoadSeries {
  const due = Array.from({ length: count }, (_, n) => n / rate);
  const latency = due.map(given.latency ?? (() => 0.01));
  const status = due.map((_, n) => given.status?.(n) ?? 200);
  return { due, latency, fromSend: latency, lateness: due.map(() => 0), status };
}

function judged(found: LoadSeries) {
  const summary = summariseWindow(found);
  const conditions = loadConditions(summary, { fifo: true, causes: {} });
  const verdict = judge({ values: { p95: summary.p95 }, primary: "p95", leftovers: [], conditions }, true);
  return { summary, rules: "reasons" in verdict ? verdict.reasons.map(({ rule }) => rule) : [], status: verdict.status };
}

test("the percentiles of a server that stalls for 2 s are those of the closed form", () => {
  // Requests due in [30, 32) are answered at 32: latencies 2, 2 - 1/8, ... of which 16 are above all others.
  const stalled = series(480, 8, { latency: (due) => (due >= 30 && due < 32 ? 32 - due : 0.001) });
  const { p95, p99, max } = summariseWindow(stalled);
  // Of 480, p95 is the 25th from above and p99 the 5th: 2 - 4/8.
  assert.deepEqual([p95, p99, max], [0.001, 1.5, 2]);
});

test("one failure in fifty counts as later than all others, and makes the window invalid", () => {
  const { summary, rules, status } = judged(series(500, 8, { status: (n) => (n % 50 === 7 ? 503 : 200) }));
  assert.deepEqual([summary.failed, summary.p50, summary.p95, summary.p99], [10, 0.01, 0.01, Number.POSITIVE_INFINITY]);
  assert.equal(summary.max, 0.01);
  assert.deepEqual([rules, status], [["requests-failed"], "invalid"]);
});

test("fast failures never make a window look faster", () => {
  const fast = series(100, 8, { latency: (due) => (due < 6 ? 0.5 : 0.0001), status: (n) => (n < 48 ? 200 : 503) });
  assert.equal(summariseWindow(fast).p50, Number.POSITIVE_INFINITY);
});

test("1 % of failures is still valid", () => {
  assert.equal(judged(series(500, 8, { status: (n) => (n < 5 ? 0 : 200) })).status, "valid");
});

test("a request that this program could not send makes the window invalid, on a noisy host too", () => {
  const { rules, status } = judged(series(500, 8, { status: (n) => (n === 3 ? -1 : 200) }));
  assert.deepEqual([rules, status], [["requests-sent"], "invalid"]);
});

test("the warm-up is in no figure", () => {
  const { due, ...rest } = series(20, 8, { latency: (at) => (at < 1 ? 9 : 0.01), status: (n) => (n < 8 ? 500 : 200) });
  const summary = summariseWindow({ ...rest, due: due.map((at) => at - 1) });
  assert.deepEqual([summary.planned, summary.failed, summary.max], [12, 0, 0.01]);
});
