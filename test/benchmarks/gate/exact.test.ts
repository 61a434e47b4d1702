import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { compareSessions, compareVariants } from "../../../benchmarks/gate/index.ts";
import type { MetricDefinition, SessionData } from "../../../benchmarks/index.ts";
import { renderGateJunit, renderGateTerminal } from "../../../report/index.ts";
import type { SyntheticOptions } from "../../report/synthetic-session.ts";
import { against, before, judged, now } from "./sessions.ts";

const start: MetricDefinition = {
  ...{ name: "total", title: "start to first 200", unit: "s", better: "lower", primary: true, kind: "result" },
};
const layers: MetricDefinition = {
  ...start,
  name: "compressed",
  title: "layers by gzip",
  unit: "B",
  primary: false,
  exact: true,
};

const both = { "a/docker": 1, "b/docker": 1 };

/** A session of one image of so many bytes beside an estimated metric, or of the bytes alone; one block unless told. */
function sized(make: typeof now, bytes: number, options: SyntheticOptions & { readonly alone?: boolean } = {}): SessionData {
  const { alone = false, ...rest } = options;
  const metrics = alone ? [layers] : [start, layers];
  const data = make({ blocks: 1, aaPair: false, variants: both, ...rest, metrics });
  const samples = data.samples.map((sample) => ({
    ...sample,
    values: { ...sample.values, compressed: sample.variant === "b/docker" ? bytes : 1000 },
  }));
  return { ...data, samples };
}

const noisyHost = ({ session, ...data }: SessionData): SessionData => ({
  ...data,
  session: { ...session, design: { ...session.design, noisyHost: true } },
});
const rowOf = (data: SessionData, baseline: number, mode: "regression" | "reproduction" = "regression") =>
  judged(data, against(sized(before, baseline, { alone: true })), { mode }).rows.find(({ variant }) => variant === "b/docker");

describe("an exact metric", () => {
  for (const [bytes, regression, reproduction] of [
    [1000, "PASS", "PASS"],
    [1010, "PASS", "PASS"],
    [1011, "FAIL", "FAIL"],
    [1100, "FAIL", "FAIL"],
    [100, "PASS", "FAIL"],
  ] as const)
    it(`of ${bytes} after 1000 is ${regression}, and as a reproduction ${reproduction}, by one value on each side`, () => {
      const data = sized(now, bytes, { alone: true });
      const found = [rowOf(data, 1000), rowOf(data, 1000, "reproduction")];
      assert.deepEqual(
        found.map((row) => [row?.verdict, row?.armed, row?.n, row?.baselineN, row?.blocksNeeded]),
        [regression, reproduction].map((verdict) => [verdict, true, 1, 1, undefined]),
      );
    });
  it("is held to 1 % where estimates may be off by more, and to what is asked of it where something is", () => {
    const verdict = (bytes: number, options: Parameters<typeof judged>[2]) =>
      judged(sized(now, bytes, { alone: true }), against(sized(before, 1000, { alone: true })), options).verdict;
    assert.deepEqual(
      [verdict(1011, { tolerance: 0.5 }), verdict(1006, { tolerance: 0.005 }), verdict(1004, { tolerance: 0.005 })],
      ["FAIL", "FAIL", "PASS"],
    );
    assert.deepEqual(
      [verdict(1100, { exactTolerance: 0.1 }), verdict(1101, { exactTolerance: 0.1 }), verdict(1001, { exactTolerance: 0 })],
      ["PASS", "FAIL", "FAIL"],
    );
    assert.equal(verdict(1000, { exactTolerance: 0 }), "PASS");
  });
  it("is decided by comparison with its tolerance alone, whatever the two values are", () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 1, max: 2 ** 40 }), (ours, theirs) => {
        const verdict = rowOf(sized(now, ours, { alone: true }), theirs)?.verdict;
        assert.equal(verdict, ours / theirs <= 1.01 ? "PASS" : "FAIL");
      }),
      { numRuns: 40 },
    ));
  it("says in its sentence that nothing was estimated", () => {
    assert.equal(
      rowOf(sized(now, 1300, { alone: true }), 1000)?.sentence,
      "b/docker: layers by gzip +30 % (exact: one value on each side decides): more than 1 % larger.",
    );
    const text = renderGateTerminal(judged(sized(now, 1300, { alone: true }), against(sized(before, 1000, { alone: true }))));
    assert.match(text, /b\/docker +layers by gzip +0\.977 KiB +1\.27 KiB +1\.30 +exact +1\+1 +none +FAIL/);
  });
  it("passes a session of its own without an A/A pair, and within one session, too", () => {
    assert.equal(judged(sized(now, 1000, { alone: true }), against(sized(before, 1000, { alone: true }))).verdict, "PASS");
    const paired = (bytes: number) => judged(sized(now, bytes, { alone: true }), { kind: "variant", id: "a/docker" });
    assert.deepEqual([paired(1005).verdict, paired(1050).verdict], ["PASS", "FAIL"]);
    assert.deepEqual([paired(1200).rows[0]?.design, paired(1200).rows[0]?.n], ["paired", 1]);
  });
  it("fails a session in which nothing else can be told, and never passes it alone", () => {
    const result = (bytes: number) => judged(sized(now, bytes), against(sized(before, 1000)));
    assert.equal(result(1200).verdict, "FAIL");
    assert.deepEqual([result(1000).verdict, result(1000).reasons[0]?.rule], ["INCONCLUSIVE", "advice-only"]);
    assert.match(renderGateJunit([result(1000)]), /name="session [^"]*">\s*<skipped message="INCONCLUSIVE/);
  });
  it("decides on a noisy host, where estimates are advice", () => {
    const variant = { kind: "variant", id: "a/docker" } as const;
    const result = judged(noisyHost(sized(now, 1300, { blocks: 10, aaPair: true })), variant);
    assert.deepEqual(
      result.rows.map(({ metric, armed, verdict }) => [metric.name, armed, verdict]),
      [
        ["total", false, "PASS"],
        ["compressed", true, "FAIL"],
      ],
    );
    assert.equal(result.verdict, "FAIL");
  });
  it("takes nothing from the power of the estimates beside it", () => {
    const p = (data: SessionData, baseline: SessionData) =>
      judged(data, against(baseline)).rows.find(({ metric }) => metric.name === "total")?.adjustedP;
    const options = { blocks: 10, aaPair: true };
    const slow = { ...options, variants: { "a/docker": 1.3, "b/docker": 1.3 } };
    const withBytes = p(sized(now, 1000, slow), sized(before, 1000, options));
    assert.equal(withBytes, p(now({ ...slow, metrics: [start] }), before({ ...options, variants: both, metrics: [start] })));
  });
  it("has no value where every sample failed, and then no verdict is made up", () => {
    const data = sized(now, 1000, { alone: true });
    const samples = data.samples.map((sample) => ({ ...sample, values: {} }));
    const row = judged({ ...data, samples }, against(sized(before, 1000, { alone: true }))).rows[0];
    assert.equal(row?.verdict, "INCONCLUSIVE");
    assert.match(row?.sentence ?? "", /cannot be judged: there is no value of it\.$/);
  });
  it("is compared the same way between two sessions and between two variants", () => {
    const [first, second] = [sized(before, 1000), sized(now, 1300)];
    const rows = [compareSessions(first, second).rows, compareVariants(second, "a/docker", "b/docker").rows];
    const found = rows.map((all) => all.find(({ metric, b }) => metric.exact === true && b === "b/docker"));
    assert.deepEqual(
      found.map((row) => [row?.word, row?.n, row?.ratio]),
      [
        ["larger", 1, 1.3],
        ["larger", 1, 1.3],
      ],
    );
  });
});
