import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { SessionData, Validity } from "../../../benchmarks/index.ts";
import { summarise, summaryOutputs } from "../../../benchmarks/statistics/index.ts";
import { syntheticSession } from "../../report/synthetic-session.ts";

const primary = (data: SessionData) => {
  const [metric] = summarise(data).metrics;
  assert.ok(metric);
  return metric;
};
const two = { "a/docker": 1, "b/docker": 1.3 };
const failed: Validity = { status: "failed", cause: "no answer within 120 s" };

describe("a session's summary", () => {
  it("says slower where the interval and Holm agree", () => {
    const [comparison] = primary(syntheticSession({ variants: two })).comparisons;
    assert.equal(comparison?.word, "slower");
    assert.match(
      comparison?.sentence ?? "",
      /^b\/docker is 3\d(\.\d)? % slower than a\/docker in start to first 200 \(95\.1 % interval/,
    );
    assert.equal(comparison?.cliffsDelta, 1);
  });
  it("mirrors the words where more is better", () => {
    const data = syntheticSession({ variants: two, aaPair: false });
    const metrics = data.session.metrics.map((metric) => ({ ...metric, better: "higher" as const, unit: "1/s" as const }));
    assert.equal(primary({ ...data, session: { ...data.session, metrics } }).comparisons[0]?.word, "faster");
  });
  it("cannot tell below six blocks", () => {
    const [comparison] = primary(syntheticSession({ variants: two, blocks: 5, aaPair: false })).comparisons;
    assert.equal(comparison?.word, "cannot tell");
    assert.match(comparison?.sentence ?? "", /5 complete blocks, and a 95 % interval needs 6/);
  });
  it("does not depend on the order of the samples", () => {
    const data = syntheticSession({ blocks: 6, validity: { 8: failed } });
    const expected = summarise(data);
    fc.assert(
      fc.property(fc.shuffledSubarray([...data.samples], { minLength: data.samples.length }), (samples) => {
        assert.deepEqual(summarise({ ...data, samples }), expected);
      }),
      { numRuns: 5 },
    );
  });
  it("leaves invalid samples out, keeps disturbed ones, and lists both with their reasons", () => {
    const reasons = [{ rule: "bracket", detail: "too wide" }];
    const data = syntheticSession({ validity: { 9: { status: "invalid", reasons }, 12: { status: "disturbed", reasons } } });
    const { flagged, variants } = summarise(data);
    assert.deepEqual(
      flagged.filter(({ kind }) => kind !== "outlier").map(({ sequence, kind, counted }) => [sequence, kind, counted]),
      [
        [9, "invalid", false],
        [12, "disturbed", true],
      ],
    );
    assert.equal(
      variants.reduce((sum, { counts }) => sum + counts.counted, 0),
      49,
    );
  });
  it("counts failures as slower than everything, without infinite outputs", () => {
    const data = syntheticSession({ variants: two, aaPair: false });
    const worse = data.samples.map((sample) =>
      sample.variant === "b/docker" && sample.role === "measured" && sample.block < 6
        ? { ...sample, values: {}, validity: failed }
        : sample,
    );
    const summary = summarise({ ...data, samples: worse });
    assert.equal(summary.metrics[0]?.estimates[1]?.median, Number.POSITIVE_INFINITY);
    const outputs = summaryOutputs(summary);
    assert.deepEqual(outputs.metrics["b/docker"], {});
    assert.match(outputs.verdicts[0]?.detail ?? "", /^6 of 10 samples failed/);
    assert.equal(JSON.stringify(outputs).includes("null"), false);
  });
  it("takes the first undisturbed sample of a block, whatever came after", () => {
    const data = syntheticSession({ variants: two, aaPair: false, noise: 0 });
    const last = Math.max(...data.samples.map(({ sequence }) => sequence));
    const again = data.samples
      .filter(({ variant, role }) => variant === "b/docker" && role === "measured")
      .map((sample, i) => ({ ...sample, sequence: last + 1 + i, values: { total: 100 } }));
    const ratio = primary({ ...data, samples: [...data.samples, ...again] }).comparisons[0]?.ratio ?? 0;
    assert.ok(Math.abs(ratio - 1.3) < 1e-9);
  });
  it("measures the noise floor by the A/A pair, which is compared with nothing else", () => {
    const metric = primary(syntheticSession({ variants: two }));
    assert.deepEqual(
      metric.comparisons.map(({ variant }) => variant),
      ["b/docker"],
    );
    assert.equal(metric.aa?.sound, true);
    assert.ok((metric.aa?.noiseFloor ?? 1) < 0.04);
  });
  it("draws no verdict where the baseline differs from itself", () => {
    const data = syntheticSession({ variants: two });
    const samples = data.samples.map((sample) =>
      sample.variant === "a/docker#2" ? { ...sample, values: { total: 1.3 * (sample.values.total ?? 0) } } : sample,
    );
    const summary = summarise({ ...data, samples });
    assert.equal(summary.state.status, "invalid");
    assert.equal(summary.metrics[0]?.comparisons[0]?.word, "no verdict");
  });
  it("is invalid where a rule took out more than a third of a variant's samples, its second label included, and says which", () => {
    const reasons = [{ rule: "pressure", detail: "CPU pressure from outside 9 %" }];
    for (const variant of ["b/docker", "a/docker#2"])
      for (const [count, status] of [
        [3, "valid"],
        [4, "invalid"],
      ] as const) {
        const data = syntheticSession({ variants: { "a/docker": 1, "b/docker": 1.3 } });
        const samples = data.samples.map((sample) =>
          sample.variant === variant && sample.role === "measured" && sample.block < count
            ? { ...sample, validity: { status: "invalid" as const, reasons } }
            : sample,
        );
        const { state } = summarise({ ...data, samples });
        assert.equal(state.status, status, `${variant}: ${count} of 10`);
        if (state.status === "invalid")
          assert.match(state.reasons[0]?.detail ?? "", new RegExp(`^${variant}: 4 of 10 samples are invalid, more than a third`));
      }
  });
  it("does not count blocks that an interruption cut as taken out by a rule", () => {
    const reasons = [{ rule: "cut-block", detail: "block 1 was cut by an interruption and measured anew" }];
    const data = syntheticSession({ variants: two });
    const samples = data.samples.map((sample) =>
      sample.role === "measured" && sample.block < 4 ? { ...sample, validity: { status: "invalid" as const, reasons } } : sample,
    );
    assert.equal(summarise({ ...data, samples }).state.status, "valid");
  });
  it("is invalid where the session was interrupted or a variant has no sample", () => {
    assert.equal(summarise(syntheticSession({ session: { outcome: "interrupted" } })).state.status, "invalid");
    const data = syntheticSession({ variants: two });
    const state = summarise({ ...data, samples: data.samples.filter(({ variant }) => variant !== "b/docker") }).state;
    assert.ok(
      state.status === "invalid" && state.reasons.some(({ detail }) => detail.startsWith("b/docker has no countable sample")),
    );
  });
  it("names the facts that differ, and hardware among them as a confounder", () => {
    const data = syntheticSession();
    assert.deepEqual(
      summarise(data).comparability.differences.map(({ fact }) => fact),
      ["engine.docker.version", "kernel.release", "distribution.release"],
    );
    const environments = data.environments.map((environment, i) => ({
      ...environment,
      facts: { ...environment.facts, "cpu.model": `CPU ${i}` },
    }));
    assert.equal(summarise({ ...data, environments }).comparability.confounded, true);
  });
  it("prints drift where neighbours resemble each other", () => {
    const [estimate] = primary(syntheticSession({ variants: two, blocks: 20, noise: 0, drift: 3 })).estimates;
    assert.equal(estimate?.drift, true);
  });
  it("gives metrics with interval and coverage as outputs, and a sentence per comparison", () => {
    const outputs = summaryOutputs(summarise(syntheticSession({ variants: two })));
    assert.equal(outputs.metrics["a/docker"]?.total?.n, 10);
    assert.equal(outputs.metrics["a/docker"]?.total?.coverage?.toFixed(3), "0.979");
    assert.deepEqual(
      outputs.verdicts.map(({ verdict }) => verdict),
      ["slower"],
    );
  });
});
