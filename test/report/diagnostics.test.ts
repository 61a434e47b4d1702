import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { MetricDefinition, Sample, SessionData } from "../../benchmarks/index.ts";
import { summarise } from "../../benchmarks/statistics/index.ts";
import { renderHtml } from "../../report/html.ts";
import { renderMarkdown, renderTerminal } from "../../report/index.ts";
import { everyTest } from "./every-test.ts";
import { syntheticSession } from "./synthetic-session.ts";

const options = { title: "Synthetic test input", directory: "results/report-synthetic" };
const metric = (
  name: string,
  title: string,
  unit: MetricDefinition["unit"],
  kind: MetricDefinition["kind"],
): MetricDefinition => ({
  ...{ name, title, unit, kind, better: "lower", primary: kind === "result" },
});
const metrics = [
  metric("p95", "p95 from the due instant (n = 480)", "s", "result"),
  metric("p99", "p99 from the due instant (n = 480)", "s", "diagnostic"),
  metric("threadsPerCore", "threads per physical core (above 1: oversubscribed)", "ratio", "diagnostic"),
];

/** Two variants with given values in every measured sample, and a calibration sample each. */
function session(values: Readonly<Record<string, Readonly<Record<string, number>>>>): SessionData {
  const data = syntheticSession({ variants: { "a/docker": 1, "b/docker": 1 }, aaPair: false, metrics });
  const samples = data.samples.map((sample): Sample => {
    if (sample.role === "measured") return { ...sample, values: { ...sample.values, ...values[sample.variant] } };
    return { ...sample, role: "calibration", values: { clientSpawn: 0.021, detectionBias: 0.0004 } };
  });
  return { ...data, samples };
}

const shown = session({ "a/docker": { p99: 0.03, threadsPerCore: 1 }, "b/docker": { p99: 0.05, threadsPerCore: 2 } });
const textOf = (html: string) =>
  html
    .replaceAll(/<[^>]*>/g, "|")
    .replaceAll(/\|+/g, "|")
    .replaceAll("\u00a0", " ");
const folded = (page: string) => textOf(page.match(/<details><summary>Diagnostics<\/summary>[\s\S]*?<\/details>/)?.[0] ?? "");

describe("diagnostics", () => {
  it("are a folded table of every variant, with the greatest and the least value", () => {
    const text = folded(renderHtml([shown], options));
    assert.match(text, /P99 from the due instant \(n = 480\)\|30\.0 ms\|50\.0 ms\|/);
    const spread = shown.samples.map((sample, i) => ({ ...sample, values: { ...sample.values, p99: 0.03 + (i % 2) / 100 } }));
    assert.match(folded(renderHtml([{ ...shown, samples: spread }], options)), /\(30\.0 to 40\.0 ms\)/);
  });
  it("are a table in Markdown, too", () =>
    assert.match(
      renderMarkdown([shown], options),
      /### Diagnostics\n\n[^\n]*never compared[\s\S]*\| P99 from[^|]*\| 30\.0 ms \| 50\.0 ms \|/,
    ));
  it("hold what the instrument costs, recorded and not subtracted", () => {
    const text = folded(renderHtml([shown], options));
    assert.match(text, /The engine(&#39;|')s client started without work/);
    assert.match(text, /\(overhead, not subtracted\)\|21\.0 ms\|21\.0 ms\|/);
    assert.match(text, /READY of a null responder seen after it was stamped \|\(overhead, not subtracted\)\|400 µs\|400 µs\|/);
  });
  it("label a variant with more threads than cores as oversubscribed, on the page, in Markdown and in the terminal", () => {
    assert.match(folded(renderHtml([shown], options)), /\|100 %\|200 %\|[^|]*\|?\(oversubscribed\)/);
    for (const text of [renderHtml([shown], options), renderMarkdown([shown], options), renderTerminal(summarise(shown))])
      assert.match(text, /oversubscribed, more threads than (physical )?cores: b\/docker/);
    const fits = session({ "a/docker": { threadsPerCore: 1 }, "b/docker": { threadsPerCore: 0.5 } });
    for (const text of [renderHtml([fits], options), renderTerminal(summarise(fits))])
      assert.doesNotMatch(text, /oversubscribed, more/);
  });
  it("are shown for every test that has any, each by its title", () => {
    for (const data of everyTest()) {
      const text = renderMarkdown([data], options).replaceAll("\\", "");
      for (const { kind, title } of data.session.metrics.filter((one) => one.kind === "diagnostic"))
        assert.ok(
          text.includes(`| ${title.charAt(0).toUpperCase()}${title.slice(1)} |`),
          `${data.session.test}: ${title} (${kind})`,
        );
    }
  });
  it("leave no empty table behind where there are none", () => {
    assert.doesNotMatch(renderHtml([syntheticSession()], options), /<summary>Diagnostics/);
    assert.doesNotMatch(renderMarkdown([syntheticSession()], options), /### Diagnostics/);
  });
});

describe("the overview of three or more variants", () => {
  const said =
    /Do any of the 4 variants differ at all\? Friedman(&#39;|')s test .*Start to first 200: p &?[lt;<\\]+ 0\.001 \(χ² \d+\.\d, 10 blocks\)/;
  it("says by Friedman's test whether any differ, on the page and in Markdown", () => {
    for (const text of [renderHtml([syntheticSession()], options), renderMarkdown([syntheticSession()], options)])
      assert.match(text.replaceAll("\u00a0", " "), said);
  });
  it("is left out for two, and where nobody may draw a conclusion", () => {
    const two = syntheticSession({ variants: { "a/docker": 1, "b/docker": 2 } });
    const cut = syntheticSession({ session: { outcome: "interrupted" } });
    for (const data of [two, cut]) assert.doesNotMatch(renderHtml([data], options), /Do any of/);
  });
});
