import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { toMeasurement } from "../../benchmarks/cold-start/index.ts";
import type { ColdStartOrder } from "../../benchmarks/harness/cold-start.ts";
import { type LocalHarness, programOrder, startLocalHarness } from "../benchmarks/local-harness.ts";

let local: LocalHarness;
before(() => {
  local = startLocalHarness();
});
after(() => local.close());

/** Listens after a known delay; tells in its answer when it did, so that a poller's value can be checked too. */
function delayed(milliseconds: number, announce: boolean): string {
  const ready = announce ? 'process.stdout.write("READY " + process.hrtime.bigint() + "\\n")' : "undefined";
  return `
    const begun = process.hrtime.bigint();
    const server = require("node:http").createServer((request, response) => response.end("ok"));
    setTimeout(() => server.listen(Number(process.argv[1]), "127.0.0.1", () => ${ready}), ${milliseconds});`;
}

async function coldStart(order: ColdStartOrder) {
  const sample = await local.harness.request("cold-start", order, { timeoutSeconds: 60 });
  return { sample, measurement: toMeasurement(sample) };
}

for (const delay of [5, 50, 137, 400]) {
  // A busy machine only adds to the lateness, so the least of many tries is the timer's own; `npm run perf` gives the median.
  test(`an announced start of ${delay} ms is never seen before it is ready, and the timer itself is at most 1 ms late`, async () => {
    let least = Number.POSITIVE_INFINITY;
    for (let repeat = 0; repeat < 40 && (repeat < 3 || least > 0.001); repeat += 1) {
      const { sample, measurement } = await coldStart(programOrder(delayed(delay, true)));
      assert.equal(measurement.outcome, "measured", JSON.stringify(sample));
      if (measurement.outcome !== "measured") return;
      assert.ok((measurement.values.total ?? 0) >= delay / 1000);
      assert.ok((measurement.values.detection ?? -1) >= 0);
      least = Math.min(least, measurement.values.detection ?? Number.POSITIVE_INFINITY);
    }
    assert.ok(least <= 0.001, `${least * 1000} ms`);
  });

  test(`a polled start of ${delay} ms lies inside its bracket`, async () => {
    const { sample, measurement } = await coldStart(programOrder(delayed(delay, false), { readiness: "polled" }));
    assert.equal(measurement.outcome, "measured", JSON.stringify(sample));
    if (measurement.outcome !== "measured") return;
    assert.ok((measurement.values.total ?? 0) >= delay / 1000);
    const { lastFailed, requestSent, first200, start } = sample.stamps;
    assert.ok(BigInt(lastFailed ?? 0) > BigInt(start ?? 0), "at least one attempt came before the server listened");
    assert.ok(BigInt(requestSent ?? 0) > BigInt(lastFailed ?? 0));
    assert.ok(BigInt(first200 ?? 0) > BigInt(requestSent ?? 0));
  });
}

test("a proxy that accepts and resets is not ready", async () => {
  const source = `
    const port = Number(process.argv[1]);
    const proxy = require("node:net").createServer((socket) => socket.resetAndDestroy()).listen(port, "127.0.0.1");
    setTimeout(() => proxy.close(() => require("node:http").createServer((request, response) => response.end("ok"))
      .listen(port, "127.0.0.1")), 300);`;
  const { sample, measurement } = await coldStart(programOrder(source, { readiness: "polled" }));
  assert.equal(measurement.outcome, "measured", JSON.stringify(sample));
  assert.ok(measurement.outcome === "measured" && (measurement.values.total ?? 0) >= 0.3);
});

test("a polled server that says 503 first is ready at its first 200", async () => {
  const source = `
    const begun = Date.now();
    require("node:http").createServer((request, response) => {
      response.statusCode = Date.now() - begun < 300 ? 503 : 200;
      response.end();
    }).listen(Number(process.argv[1]), "127.0.0.1");`;
  const { sample, measurement } = await coldStart(programOrder(source, { readiness: "polled" }));
  assert.equal(measurement.outcome, "measured", JSON.stringify(sample));
  assert.ok(measurement.outcome === "measured" && (measurement.values.total ?? 0) >= 0.3);
});

test("an announced server that answers 503 is a failed start, after exactly one request", async () => {
  const source = `
    require("node:http").createServer((request, response) => {
      console.log("asked for " + request.url);
      response.statusCode = 503;
      response.end();
    }).listen(Number(process.argv[1]), "127.0.0.1", () => console.log("READY " + process.hrtime.bigint()));`;
  const { sample } = await coldStart(programOrder(source));
  assert.equal(sample.outcome, "failed");
  assert.match(sample.outcome === "failed" ? sample.cause : "", /said READY, but GET \/health got 503/);
  assert.equal((sample.outcome === "failed" ? sample.cause : "").match(/asked for/g)?.length ?? 0, 1);
});

test("a start that never gets ready fails after its time-out, with its last output, and the next one works", async () => {
  const begun = performance.now();
  const stuck = programOrder('console.log("loading the model"); setInterval(() => {}, 1000)', { timeoutSeconds: 1 });
  const { sample } = await coldStart(stuck);
  assert.equal(sample.outcome, "failed");
  assert.match(sample.outcome === "failed" ? sample.cause : "", /not ready after 1 s\nloading the model/);
  assert.ok(performance.now() - begun < 4000);
  assert.equal((await coldStart(programOrder(delayed(5, true)))).measurement.outcome, "measured");
});

test("a program that ends before it is ready fails at once with its exit code and output", async () => {
  const { sample } = await coldStart(programOrder('console.error("no model file"); process.exit(7)'));
  assert.match(sample.outcome === "failed" ? sample.cause : "", /exit code 7.*no model file/s);
});

test("a missing program is a failed start that says so", async () => {
  const { sample } = await coldStart(programOrder("", { image: "/no/such/program" }));
  assert.match(sample.outcome === "failed" ? sample.cause : "", /ENOENT/);
});
