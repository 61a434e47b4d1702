import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { LoadOrder } from "../../benchmarks/harness/load/generate.ts";
import { summariseWindow } from "../../benchmarks/harness/load/window.ts";
import { toMeasurement } from "../../benchmarks/steady-load/measurement.ts";
import { judge } from "../../benchmarks/validity/rules.ts";
import { type LocalHarness, programOrder, startLocalHarness } from "../benchmarks/local-harness.ts";

let local: LocalHarness;
before(() => {
  local = startLocalHarness();
});
after(() => local.close());

/** A server whose handler is given as text; it may use `count`, the number of requests so far. */
function server(handler: string): string {
  return `let count = 0;
    require("node:http").createServer((request, response) => { count += 1; request.resume(); ${handler} })
      .listen(Number(process.argv[1]), "127.0.0.1", () => console.log("READY " + process.hrtime.bigint()));`;
}

async function load(source: string, given: Partial<LoadOrder> = {}) {
  const order = { rate: 50, duration: 2, warmup: 0.5, profile: "constant", seed: 1, method: "GET", path: "/", ...given } as const;
  const found = await local.harness.request("steady-load", { ...programOrder(source), load: order }, { timeoutSeconds: 120 });
  if (found.outcome === "failed") throw new Error(found.cause);
  return { found, window: found.window, summary: summariseWindow(found.window.series) };
}

/** Answers at once, but from the 150th request on only when 2 s have passed: 6 s at 50/s, so the stall begins at 3 s. */
const STALLS = server(`
  if (count === 150) setTimeout(() => { stalled.splice(0).forEach((answer) => answer.end("ok")); over = true; }, 2000);
  if (count >= 150 && !over) stalled.push(response); else response.end("ok");`).replace(
  "let count",
  "let over = false, stalled = []; let count",
);

const six = { rate: 50, duration: 6, warmup: 0 };

test("a server that stalls for 2 s gives the p95 and p99 of the closed form, within 1 %", async () => {
  // The nth of the stalled requests waits 2 s - n/50; p95 of 300 is the 16th from above, p99 the 4th.
  const [p95, p99] = [2 - 15 / 50, 2 - 3 / 50];
  let worst = Number.POSITIVE_INFINITY;
  // A busy machine only adds delay, so one window within the limit shows that the arithmetic is right.
  for (let repeat = 0; repeat < 4 && worst > 0.01; repeat += 1) {
    const { summary } = await load(STALLS, six);
    worst = Math.max(Math.abs(summary.p95 / p95 - 1), Math.abs(summary.p99 / p99 - 1));
    assert.ok(summary.p95 >= p95 * 0.99 && summary.p99 >= p99 * 0.99, `too low: ${JSON.stringify(summary)}`);
  }
  assert.ok(worst <= 0.01, `${worst * 100} %`);
});

test("a client that waits for its turn hides the stall, unless latency counts from the due instant", async () => {
  const { found, summary } = await load(STALLS, { ...six, connections: 1 });
  assert.ok(summary.p95 >= 1.68, `from the due instant: ${summary.p95}`);
  assert.ok(summary.fromSendP95 < summary.p95 / 2, `from the send: ${summary.fromSendP95}`);
  const measurement = toMeasurement(found);
  const conditions = measurement.outcome === "measured" ? (measurement.conditions ?? {}) : {};
  const verdict = judge({ values: { p95: 1 }, primary: "p95", leftovers: [], conditions }, false);
  assert.ok("reasons" in verdict && verdict.reasons.some(({ rule }) => rule === "send-lateness"));
});

test("requests that fail, break off or get no answer are counted by cause and censored", async () => {
  const { window, summary } = await load(
    server(`
      if (count % 50 === 7) { response.statusCode = 503; response.end(); }
      else if (count === 60) { response.writeHead(200, { "content-length": 100 }); response.write("half"); response.socket.end(); }
      else if (count === 70) { /* never */ }
      else if (count === 80) response.socket.destroy();
      else response.end("ok");`),
    { rate: 100, duration: 1, warmup: 0 },
  );
  assert.deepEqual(window.causes, { "HTTP 503": 2, "cut off": 1, "no answer": 1, ECONNRESET: 1 });
  assert.deepEqual([summary.planned, summary.sent, summary.failed], [100, 100, 5]);
  assert.equal(summary.p99, Number.POSITIVE_INFINITY);
  assert.ok(Number.isFinite(summary.p95) && Number.isFinite(summary.max));
});

test("a server that is gone makes a failed sample that names the cause", async () => {
  const { found } = await load(server(`if (count > 60) process.exit(3); response.end("ok");`));
  const measurement = toMeasurement(found);
  assert.match(measurement.outcome === "failed" ? measurement.cause : "", /requests failed, so p95 has no value.*ECONNREFUSED/s);
});

test("the window begins after the warm-up, posts its body, and every series has one entry per request", async () => {
  const { window, summary } = await load(
    server(`
      let body = ""; request.on("data", (part) => { body += part; });
      request.on("end", () => { response.statusCode = request.url === "/health" || (request.method === "POST" && body === "{}") ? 200 : 400; response.end(); });`),
    { profile: "poisson", method: "POST", body: "{}", path: "/predict" },
  );
  assert.deepEqual(window.causes, {});
  assert.equal(summary.planned, 100);
  assert.deepEqual(new Set(Object.values(window.series).map((values: readonly number[]) => values.length)), new Set([125]));
  assert.ok(window.series.lateness.every((late) => late >= 0));
  assert.ok(window.cpu.generator > 0 && window.cpu.host > 0 && window.cpu.host <= 1);
});

test("a limit that nothing enforces makes the sample invalid and says which", async () => {
  const order = { rate: 50, duration: 1, warmup: 0, profile: "constant", seed: 1, method: "GET", path: "/" } as const;
  const container = programOrder(server('response.end("ok");'), { limits: { memoryBytes: 1e9 } });
  const found = await local.harness.request("steady-load", { ...container, load: order }, { timeoutSeconds: 60 });
  const measurement = toMeasurement(found);
  const conditions = measurement.outcome === "measured" ? (measurement.conditions ?? {}) : {};
  const verdict = judge({ values: { p95: 1 }, primary: "p95", leftovers: [], conditions }, true);
  assert.equal(verdict.status, "invalid");
  assert.ok("reasons" in verdict && verdict.reasons.some(({ detail }) => /asked for: memoryBytes/.test(detail)));
});
