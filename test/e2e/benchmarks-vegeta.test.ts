import assert from "node:assert/strict";
import { after, test } from "node:test";
import { generate } from "../../benchmarks/harness/load/generate.ts";
import { summariseWindow } from "../../benchmarks/harness/load/window.ts";
import { startServer } from "../vegeta/server.ts";
import { attack, buildVegeta, quantile } from "../vegeta/vegeta.ts";

const vegeta = buildVegeta();
const server = await startServer();
after(() => server.stop());

const RATE = 50;
const SECONDS = 4;

test("vegeta sees the same latencies of the same server at the same rate", {
  skip: "missing" in vegeta ? vegeta.missing : false,
}, async () => {
  if ("missing" in vegeta) return;
  let furthest = Number.POSITIVE_INFINITY;
  // A busy machine delays one generator or the other, so the closest of a few pairs is compared.
  for (let repeat = 0; repeat < 5 && furthest > 0.1; repeat += 1) {
    const order = { rate: RATE, duration: SECONDS, warmup: 0, profile: "constant", seed: 1, method: "GET", path: "/" } as const;
    const { series } = await generate({ ...order, ports: [server.port] });
    const theirs = await attack(vegeta.program, `http://127.0.0.1:${server.port}/`, RATE, SECONDS);
    const { p50, p95, planned } = summariseWindow(series);
    assert.deepEqual([planned, theirs.latencies.length], [RATE * SECONDS, RATE * SECONDS]);
    assert.ok(p50 >= 0.019 && p95 >= 0.199, "no answer came before the server gave it");
    const [half, tail] = [quantile(theirs.latencies, 0.5), quantile(theirs.latencies, 0.95)];
    furthest = Math.max(Math.abs(p50 / half - 1), Math.abs(p95 / tail - 1));
  }
  assert.ok(furthest <= 0.1, `the two differ by ${furthest * 100} %`);
});
