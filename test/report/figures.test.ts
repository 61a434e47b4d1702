import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseHTML } from "linkedom";
import { pastOf } from "../../benchmarks/gate/index.ts";
import type { MetricDefinition, SessionData } from "../../benchmarks/index.ts";
import { renderHtml } from "../../report/html.ts";
import { syntheticSession } from "./synthetic-session.ts";

const options = { title: "Synthetic test input", directory: "results/report-synthetic" };
const metric = (name: string, more: Partial<MetricDefinition> = {}): MetricDefinition => ({
  ...{ name, title: `time of ${name}`, unit: "s", better: "lower", primary: name === "first", kind: "result" },
  ...more,
});

/** The figure of a title on the session's page. */
function figureOf(data: SessionData, title: string) {
  const { document } = parseHTML(renderHtml([data], options));
  const found = [...document.querySelectorAll("figure")].find((one) => one.querySelector("h4")?.textContent === title);
  assert.ok(found, `no figure ${title}`);
  return found;
}

const rowsOf = (figure: ReturnType<typeof figureOf>) =>
  [...figure.querySelectorAll("tbody tr")].map((row) =>
    [...row.querySelectorAll("th, td")].map(({ textContent }) => (textContent ?? "").replaceAll("\u00a0", " ")),
  );

describe("the distribution of samples", () => {
  const title = "Start to first 200, all samples";
  it("is a line per variant, failures and all, without a p95 where it cannot be estimated", () => {
    const data = syntheticSession({ variants: { "a/docker": 1, "b/docker": 1.2 }, aaPair: false });
    const figure = figureOf(data, title);
    assert.equal(
      figure.querySelectorAll("g[aria-label], path[stroke='var(--sample)'], g[stroke='var(--sample)'] path").length > 0,
      true,
    );
    assert.deepEqual(
      rowsOf(figure).map((row) => [row[0], row[1], row[3], row[4], row[5]]),
      ["a/docker", "b/docker"].map((variant) => [variant, "10", "not estimable", "not estimable", "not estimable"]),
    );
    assert.match(figure.textContent ?? "", /No p95 is marked/);
  });
  it("marks p95 from 72 samples on, with its interval, and from 130 on says what it is at most", () => {
    const of = (blocks: number) =>
      rowsOf(figureOf(syntheticSession({ variants: { "a/docker": 1 }, aaPair: false, blocks }), title))[0];
    assert.deepEqual(of(71)?.slice(3, 6), ["not estimable", "not estimable", "not estimable"]);
    assert.match((of(72) ?? [])[4] ?? "", /^\d.* to .* s \(9\d(\.\d)? %\)$/);
    assert.equal((of(72) ?? [])[5], "not estimable");
    assert.match((of(130) ?? [])[5] ?? "", /^\d\.\d\d s$/);
  });
  it("ends below 100 % where there are failures", () => {
    const data = syntheticSession({
      variants: { "a/docker": 1 },
      aaPair: false,
      validity: { 3: { status: "failed", cause: "no answer" } },
    });
    assert.equal(rowsOf(figureOf(data, title))[0]?.at(-1), "never");
  });
});

describe("an interval without an end, because samples failed", () => {
  const failed = { status: "failed", cause: "no answer" } as const;
  const whole = syntheticSession({ variants: { "a/docker": 1, "b/docker": 1.3 }, aaPair: false });
  const of = (count: number) => {
    const some = whole.samples.filter(({ variant, role }) => variant === "b/docker" && role === "measured").slice(0, count);
    const samples = whole.samples.map((sample) => (some.includes(sample) ? { ...sample, values: {}, validity: failed } : sample));
    return { ...whole, samples };
  };
  for (const title of ["Ratio to the baseline", "Start to first 200"])
    it(`is a bar beyond everything else in the figure "${title}", which says so`, () => {
      const [sound, open] = [figureOf(whole, title), figureOf(of(3), title)];
      assert.doesNotMatch(sound.textContent ?? "", /no end/);
      assert.match(open.textContent ?? "", /has no end, because samples failed/);
      assert.doesNotMatch(open.querySelector("svg")?.outerHTML ?? "", /="[^"]*(Infinity|NaN)/);
    });
  it("is drawn in the history, too", () => {
    const past = { ...of(3), session: { ...whole.session, id: "before" } };
    const history = figureOf({ ...whole, earlier: [pastOf(past)] } as SessionData, "Earlier sessions");
    assert.match(history.textContent ?? "", /has no end, because samples failed/);
    assert.doesNotMatch(history.querySelector("svg")?.outerHTML ?? "", /="[^"]*(Infinity|NaN)/);
  });
});

describe("the figure of phases", () => {
  const data = syntheticSession({ variants: { "a/docker": 1, "b/docker": 1.2 }, aaPair: false });
  const only = (variant: string, name: string) =>
    data.samples.map((sample) => {
      const { [name]: _left, ...values } = sample.values;
      return sample.variant === variant ? sample : { ...sample, values };
    });
  /** As a test declares them: some of its phases come in one series only. */
  const withLoad = [metric("load", { kind: "phase", title: "load the image" }), ...data.session.metrics];

  it("has a bar for every variant, though the first phase that the test knows is not of this series", () => {
    const figure = figureOf({ ...data, session: { ...data.session, metrics: withLoad } }, "Phases");
    assert.equal(figure.querySelectorAll("svg rect").length, 8);
    assert.doesNotMatch(figure.textContent ?? "", /Load the image/);
    assert.deepEqual(
      rowsOf(figure).map(([variant, ...phases]) => [variant, phases.length]),
      [
        ["a/docker", 4],
        ["b/docker", 4],
      ],
    );
  });
  it("has a bar also for a variant that lacks the first of them", () => {
    const figure = figureOf({ ...data, samples: only("b/docker", "create") }, "Phases");
    assert.equal(figure.querySelectorAll("svg rect").length, 7);
    assert.deepEqual(
      rowsOf(figure).map((row) => row.slice(0, 2)),
      [
        ["a/docker", "–"],
        ["b/docker", rowsOf(figure)[1]?.[1]],
      ],
    );
  });
});

describe("the figure of ratios", () => {
  /** Two metrics, the second with an A/A pair that is apart by far more than the first's. */
  function unlike(more: Partial<MetricDefinition> = {}): SessionData {
    const metrics = [metric("first"), metric("second", more)];
    const data = syntheticSession({ variants: { "a/docker": 1, "b/docker": 1.1 }, noise: 0.01, metrics });
    const samples = data.samples.map((sample) => {
      const noisy = 1 + 0.3 * Math.sin(7 * sample.sequence);
      return { ...sample, values: { ...sample.values, second: more.exact === true ? 1000 : noisy } };
    });
    return { ...data, samples };
  }
  const floorsOf = (data: SessionData) =>
    [...figureOf(data, "Ratio to the baseline").querySelectorAll("[stroke-dasharray='3 3'] line, line[stroke-dasharray]")].map(
      (line) => line.getAttribute("x1"),
    );
  it("draws the noise floor of each metric in its own rows", () => {
    const floors = floorsOf(unlike());
    assert.equal(floors.length, 8, floors.join(" "));
    assert.equal(new Set(floors).size, 4);
    assert.match(figureOf(unlike(), "Ratio to the baseline").textContent ?? "", /Dashed: the noise floor of that metric/);
  });
  it("draws none for an exact metric, whose band is the tight one", () => {
    const figure = figureOf(unlike({ exact: true, unit: "B" }), "Ratio to the baseline");
    assert.equal(floorsOf(unlike({ exact: true, unit: "B" })).length, 4);
    assert.match((figure.textContent ?? "").replaceAll("\u00a0", " "), /±10 % \(±1 % where values are exact\)/);
    assert.equal(new Set([...figure.querySelectorAll("rect")].map((rect) => rect.getAttribute("width"))).size, 2);
  });
});

describe("the run order", () => {
  const labels = (variants: Readonly<Record<string, number>>, blocks: number) => {
    const figure = figureOf(syntheticSession({ variants, aaPair: false, blocks }), "In run order");
    const left = Number(figure.querySelector("g[stroke-opacity='0.1'] line")?.getAttribute("x1"));
    const texts = [...figure.querySelectorAll("text[y='0.32em']")].map(({ textContent }) => textContent ?? "");
    return { left, texts };
  };
  it("of one sample has its value at the side, in three digits", () => {
    assert.deepEqual(labels({ "a/docker": 1 }, 1).texts, ["1.13"]);
  });
  it("has room for its longest label", () => {
    for (const size of [1, 1_234_567]) {
      const { left, texts } = labels({ "a/docker": size }, 10);
      assert.ok(texts.length > 1 && new Set(texts).size === texts.length, texts.join());
      assert.ok(Math.max(...texts.map(({ length }) => length)) * 7 + 9 <= left, `${texts.join()} in ${left}`);
    }
  });
});
