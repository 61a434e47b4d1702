import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compareSessions, compareVariants } from "../../benchmarks/gate/index.ts";
import type { MetricDefinition, SessionData } from "../../benchmarks/index.ts";
import { summarise, summaryOutputs } from "../../benchmarks/statistics/index.ts";
import { renderHtml } from "../../report/html.ts";
import {
  renderComparisonTerminal,
  renderGateJunit,
  renderGateTerminal,
  renderMarkdown,
  renderPullRequest,
  renderTerminal,
} from "../../report/index.ts";
import { against, before, judged, now } from "../benchmarks/gate/sessions.ts";
import { syntheticSession } from "./synthetic-session.ts";

const WHY = "no Hailo device";
const metric = (name: string, primary: boolean): MetricDefinition => ({
  ...{ name, title: `time of ${name}`, unit: "s", better: "lower", primary, kind: "result" },
});
const metrics = [metric("first", true), metric("second", false)];
const variants = { "a/docker": 1, "b/docker": 1.3, "c/docker": 1 };

/** The session as it is where some variants, with their second labels, could not be measured at all. */
function without(data: SessionData, ...names: readonly string[]): SessionData {
  const samples = data.samples.flatMap((sample) => {
    if (!names.includes(sample.variant.replace("#2", ""))) return [sample];
    // What a host was calibrated with says nothing about the test.
    if (sample.role === "warm-up") return [{ ...sample, role: "calibration" as const, values: {} }];
    if (sample.block > 0 || sample.variant.endsWith("#2")) return [];
    return [{ ...sample, values: {}, validity: { status: "skipped" as const, cause: WHY } }];
  });
  return { ...data, samples };
}

const options = { title: "Skipped", directory: "results/report-skipped" };
const renderings: Readonly<Record<string, (data: SessionData) => string>> = {
  page: (data) => renderHtml([data], options),
  Markdown: (data) => renderMarkdown([data], options),
  "comment for a pull request": (data) => renderPullRequest([data], options),
  terminal: (data) => renderTerminal(summarise(data)),
};
const times = (text: string, part: string) => text.split(part).length - 1;

describe("a variant that was skipped", () => {
  const data = without(syntheticSession({ variants, metrics }), "c/docker");
  for (const [name, render] of Object.entries(renderings))
    it(`is called so with its cause once, and never said to be untold: ${name}`, () => {
      const text = render(data);
      assert.equal(times(text, WHY), 1);
      assert.match(text, new RegExp(`c/docker: skipped: ${WHY}`));
      assert.doesNotMatch(text, /cannot tell|docker cannot be told/);
    });
  it("is one verdict of the stack's outputs", () => {
    const own = summaryOutputs(summarise(data)).verdicts.filter(({ variant }) => variant.startsWith("c/"));
    assert.deepEqual(own, [{ variant: "c/docker", metric: "*", verdict: "skipped", detail: WHY }]);
  });
  it("takes nothing from the overview of those that were measured", () =>
    assert.equal(summarise(data).metrics[0]?.overview?.variants ?? 2, 2));
});

describe("a session that no host could do", () => {
  const data = without(syntheticSession({ variants, metrics }), ...Object.keys(variants));
  for (const [name, render] of Object.entries(renderings))
    it(`says so once for each variant: ${name}`, () => {
      const text = render(data);
      assert.equal(times(text, WHY), 3);
      assert.doesNotMatch(text, /cannot tell|docker cannot be told|Comparable|infra-error/);
    });
});

describe("a session whose baseline was skipped", () => {
  const data = without(syntheticSession({ variants, metrics }), "a/docker");
  for (const [name, render] of Object.entries(renderings))
    it(`compares with nothing: ${name}`, () => {
      const text = render(data);
      assert.equal(times(text, WHY), 1);
      assert.match(text, /no baseline/);
      assert.doesNotMatch(text, /cannot tell|docker cannot be told/);
    });
});

describe("the gate on a session with a skipped variant", () => {
  const current = without(now({ variants, metrics }), "c/docker");
  it("judges the others and names it with its cause", () => {
    const result = judged(current, against(without(before({ variants, metrics }), "c/docker")));
    assert.equal(result.verdict, "PASS");
    assert.deepEqual([...new Set(result.rows.map(({ variant }) => variant))], ["a/docker", "b/docker"]);
    assert.equal(times(renderGateTerminal(result), `c/docker: skipped: ${WHY}\n`), 1);
  });
  it("is not green where the baseline could still measure it", () => {
    const result = judged(current, against(before({ variants, metrics })));
    assert.equal(result.verdict, "INCONCLUSIVE");
    assert.equal(result.reasons.at(-1)?.detail, `c/docker: skipped: ${WHY}; the baseline measured it`);
    assert.match(renderGateJunit([result]), /<skipped message="INCONCLUSIVE: c\/docker: skipped/);
  });
  it("goes on block by block, and has nothing to say where the baseline itself is skipped", () => {
    const paired = (id: string) => judged(current, { kind: "variant", id });
    assert.deepEqual(
      paired("a/docker").rows.map(({ variant, verdict }) => [variant, verdict]),
      metrics.map(() => ["b/docker", "FAIL"]),
    );
    const result = paired("c/docker");
    assert.deepEqual([result.verdict, result.rows, result.reasons.length], ["INCONCLUSIVE", [], 1]);
  });
  it("leaves it out of comparisons, too, and says why once", () => {
    const texts = [compareSessions(before({ variants, metrics }), current), compareVariants(current, "a/docker", "c/docker")].map(
      (result) => renderComparisonTerminal(result),
    );
    for (const text of texts) {
      assert.equal(times(text, `c/docker: skipped: ${WHY}\n`), 1);
      assert.doesNotMatch(text, /cannot tell|docker cannot be told/);
    }
  });
});
