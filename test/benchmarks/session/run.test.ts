import assert from "node:assert/strict";
import { test } from "node:test";
import { summarise } from "../../../benchmarks/statistics/index.ts";
import { UserError } from "../../../hosts/index.ts";
import { fakeSession } from "./fake-session.ts";

test("a session stores one warm-up per variant and every block, with sequences without gaps", async () => {
  const { data, error } = await fakeSession({ blocks: 4, aaPair: true });
  assert.equal(error, undefined);
  assert.equal(data.session.outcome, "complete");
  assert.deepEqual(
    data.samples.map((sample) => sample.sequence),
    [...data.samples.keys()],
  );
  assert.equal(data.samples.filter((sample) => sample.role === "warm-up").length, 3);
  assert.equal(data.samples.filter((sample) => sample.role === "measured").length, 4 * 4);
});

test("the A/A pair is the baseline under a second label in every block", async () => {
  const { data } = await fakeSession({ blocks: 2, aaPair: true });
  const second = { id: "one/docker#2", host: "one", labels: {}, environment: "e", aaOf: "one/docker" };
  assert.deepEqual(data.session.variants.at(-1), second);
  assert.equal(data.samples.filter((sample) => sample.variant === "one/docker#2").length, 2);
});

test("a drift of 20 % over the session hits all variants alike: paired ratios stay within 1 %", async () => {
  const blocks = 40;
  const total = blocks * 3;
  const { data } = await fakeSession({ blocks, measure: (_variant, number) => 1 + (0.2 * number) / total });
  const measured = data.samples.filter((sample) => sample.role === "measured");
  const mean = (variant: string) => {
    const values = measured.filter((sample) => sample.variant === variant).map((sample) => Math.log(sample.values.total ?? 0));
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  for (const other of ["one/podman", "two/docker"]) {
    assert.ok(Math.abs(Math.exp(mean(other) - mean("one/docker")) - 1) < 0.01);
  }
});

test("a session that is stopped in the middle keeps its samples and says interrupted", async () => {
  const stop = new AbortController();
  const measure = (_variant: string, number: number) => {
    if (number === 6) stop.abort(new Error("stopped on request"));
    return 1;
  };
  const { data, error } = await fakeSession({ measure, signal: stop.signal });
  assert.match(String(error), /stopped on request/);
  assert.equal(data.session.outcome, "interrupted");
  assert.equal(data.samples.length, 7);
});

test("when every measuring program is lost the session fails with the reason and keeps the samples", async () => {
  const { data, error } = await fakeSession({ lostAfter: { one: 4, two: 2 } });
  assert.ok(error instanceof UserError);
  assert.equal(data.session.outcome, "failed");
  assert.match(data.session.failure ?? "", /measuring program ended/);
  const kept = data.samples.filter(({ validity }) => validity.status === "valid");
  assert.ok(kept.length > 0);
  assert.ok(data.samples.every(({ validity }) => validity.status === "valid" || validity.status === "infra-error"));
});

test("a failed start is a censored sample and the session goes on", async () => {
  const { data } = await fakeSession({ measure: (variant) => (variant === "one/podman" ? "not ready after 60 s" : 1) });
  assert.equal(data.session.outcome, "complete");
  const failed = data.samples.filter((sample) => sample.variant === "one/podman");
  assert.equal(failed.length, 4);
  assert.deepEqual(failed[0]?.validity, { status: "failed", cause: "not ready after 60 s" });
  assert.deepEqual(failed[0]?.values, {});
});

test("when nothing starts as a warm-up the session ends with what every variant said", async () => {
  const { data, error } = await fakeSession({ blocks: 10, measure: (variant) => `${variant} has no model` });
  assert.ok(error instanceof UserError);
  assert.match(error.message, /one\/podman: one\/podman has no model/);
  assert.equal(data.session.outcome, "failed");
  assert.deepEqual(new Set(data.samples.map((sample) => sample.role)), new Set(["warm-up"]));
});

test("leftovers of the sample before make a sample invalid", async () => {
  const { data } = await fakeSession({ settled: (number) => (number === 2 ? { leftovers: ["mount /var/lib/docker/x"] } : {}) });
  const broken = data.samples.filter((sample) => sample.validity.status === "invalid");
  assert.ok(broken.length > 0);
  assert.match(JSON.stringify(broken[0]?.validity), /leftovers.*mount \/var\/lib\/docker\/x/);
});

test("pressure from outside is invalid, and only marked on a declared noisy host", async () => {
  const settled = () => ({ pressure: 0.4 });
  const strict = await fakeSession({ settled });
  const noisy = await fakeSession({ settled, noisyHost: true });
  assert.ok(strict.data.samples.every((sample) => sample.validity.status === "invalid"));
  assert.ok(noisy.data.samples.every((sample) => sample.validity.status === "disturbed"));
});

test("a block in which the control kernel moved is measured once more, but not under emulation", async () => {
  const control = (number: number) => (number === 5 ? 0.3 : 0.2);
  const blocksOf = async (emulated: boolean) => {
    const { data } = await fakeSession({ blocks: 5, control, emulated });
    return new Set(data.samples.filter((sample) => sample.role === "measured").map((sample) => sample.block)).size;
  };
  assert.ok((await blocksOf(false)) > 5);
  assert.equal(await blocksOf(true), 5);
});

test("a progress line names the block, the variant, the value and the time left", async () => {
  const { lines } = await fakeSession({ measure: () => 1.0512 });
  assert.match(lines[0] ?? "", /^warm-up one\/(docker|podman) 1\.05 s|^warm-up two\/docker 1\.05 s/);
  assert.match(lines.at(-1) ?? "", /^block 3\/3 (one|two)\/(docker|podman) 1\.05 s/);
});

test("a variant whose host can't do the test is asked once, named with its reason, and the others are measured", async () => {
  const measure = (variant: string) =>
    variant.startsWith("two") ? ({ outcome: "skipped", cause: "no such device" } as const) : 1;
  const { data, error } = await fakeSession({ blocks: 6, measure });
  assert.equal(error, undefined);
  const asked = data.samples.filter((sample) => sample.variant === "two/docker");
  assert.deepEqual(
    asked.map(({ validity }) => validity),
    [{ status: "skipped", cause: "no such device" }],
  );
  const summary = summarise(data);
  assert.equal(summary.state.status, "valid");
  assert.equal(summary.variants.find(({ id }) => id === "two/docker")?.skipped, "no such device");
});

test("a session in which no host can do the test is skipped, neither failed nor invalid", async () => {
  const { data, error } = await fakeSession({ measure: () => ({ outcome: "skipped", cause: "no such device" }) });
  assert.equal(error, undefined);
  assert.equal(summarise(data).state.status, "skipped");
});

test("what was seen inside a sample is kept in order beside it", async () => {
  const series = { latency: [0.1, 0.3, 0.2] };
  const { series: found, data } = await fakeSession({
    blocks: 1,
    measure: () => ({ outcome: "measured", values: { total: 1 }, stamps: {}, series, identities: { tokens: "abc" } }),
  });
  const last = data.samples.at(-1);
  assert.deepEqual(found.get(last?.sequence ?? -1), series);
  assert.deepEqual(last?.identities, { tokens: "abc" });
});

test("variants that did different work make the session invalid, with both texts", async () => {
  const measure = (variant: string) => ({
    ...{ outcome: "measured" as const, values: { total: 1 }, stamps: {} },
    identities: { tokens: variant.startsWith("two") ? "abc" : "def" },
  });
  const { state } = summarise((await fakeSession({ blocks: 6, measure })).data);
  assert.equal(state.status, "invalid");
  const detail = state.status === "invalid" ? state.reasons[0]?.detail : "";
  assert.match(detail ?? "", /^tokens differs: .*abc in two\/docker/);
  assert.match(detail ?? "", /def in one\//);
});
