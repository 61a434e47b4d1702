import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderHtml } from "../../report/html.ts";
import { EMULATED, type ReportSession } from "../../report/view.ts";
import { syntheticSession } from "./synthetic-session.ts";

const options = { title: "Synthetic test input", directory: "results/report-synthetic" };
const page = (data: ReportSession) => renderHtml([data], options);

/** Every sample of a small session has the given series. */
function withSeries(
  seriesOf: (sequence: number) => Record<string, number[]>,
  given: Parameters<typeof syntheticSession>[0] = {},
) {
  const data = syntheticSession({ blocks: 6, variants: { "a/docker": 1, "b/docker": 1.1 }, aaPair: false, ...given });
  return { ...data, series: new Map(data.samples.map(({ sequence }) => [sequence, seriesOf(sequence)])) };
}

/** 10 requests of warm-up and 100 of a window: latency i ms, one answer of HTTP 500. */
const load = (count: number) => () => ({
  due: Array.from({ length: count + 10 }, (_, i) => (i - 10) / 8),
  latency: Array.from({ length: count + 10 }, (_, i) => (i < 10 ? 9 : (i - 9) / 1000)),
  fromSend: Array.from({ length: count + 10 }, () => 0.001),
  lateness: Array.from({ length: count + 10 }, (_, i) => (i < 10 ? 7 : 0.0004)),
  status: Array.from({ length: count + 10 }, (_, i) => (i === 10 ? 500 : 200)),
});
const tokens = (length: number) => () => ({
  "gap.0": Array.from({ length }, () => 8),
  "gap.1": Array.from({ length }, (_, i) => 0.01 + i / 10_000),
  "gap.2": Array.from({ length }, (_, i) => (i === 3 ? 0.5 : 0.01 + i / 10_000)),
  firstToken: [0.1, 0.1, 0.1],
});

/** The figure of a title as text, its figures' spaces plain. */
function figureOf(text: string, title: string): string {
  const found = text.match(/<figure>[\s\S]*?<\/figure>/g)?.find((one) => one.includes(`<h4>${title}</h4>`));
  assert.ok(found !== undefined, `no figure ${title}`);
  return found.replaceAll("\u00a0", " ");
}

const rowsOf = (figure: string) =>
  [...figure.matchAll(/<tr><th scope="row">([\s\S]*?)<\/tr>/g)].map(([row]) =>
    row.replaceAll(/<[^>]*>/g, "|").replaceAll(/\|+/g, "|"),
  );

describe("figures of what lies inside samples", () => {
  it("are drawn only where their series exist, and else the distribution of the samples", () => {
    const titles = (text: string) => [...text.matchAll(/<h4>(.*?)<\/h4>/g)].map(([, title]) => title).slice(4);
    const samples = ["Start to first 200, all samples"];
    assert.deepEqual(titles(page(syntheticSession())), samples);
    const drawn = (series: () => Record<string, number[]>) => titles(page(withSeries(series)));
    assert.deepEqual(drawn(load(100)), ["Latency from the due instant, all values", "Latency over the window"]);
    assert.deepEqual(drawn(tokens(20)), ["Time per token, all values", "Time per token by position"]);
    assert.deepEqual(
      drawn(() => ({ run: [0.01, 0.02], warmup: [0.5] })),
      ["Inference, all values"],
    );
    assert.deepEqual(
      drawn(() => ({ wall: [1, 2] })),
      samples,
    );
  });
  it("are the same, byte for byte, when they are rendered again", () => {
    for (const series of [load(100), tokens(20)]) assert.equal(page(withSeries(series)), page(withSeries(series)));
  });
  it("leave warm-ups out and count failures as later than everything", () => {
    const figure = figureOf(page(withSeries(load(100))), "Latency from the due instant, all values");
    assert.equal(rowsOf(figure).length, 12);
    // 99 answers of 2 to 100 ms and one failure: the 95th of 100 is 96 ms, the last never came.
    // The 99 % upper bound needs 130.
    assert.match(
      rowsOf(figure)[0] ?? "",
      /^\|a\/docker\|\d+\|100\|51\.5 ms\|96\.0 ms\|.* \(9\d(\.\d)? %\)\|not estimable\|never\|$/,
    );
    assert.ok(!figure.includes("9000"));
    assert.match(figure, /p95 interval within window \(assumes independence\)/);
  });
  it("say that few values have no interval of p95", () => {
    const figure = figureOf(page(withSeries(tokens(20))), "Time per token, all values");
    assert.match(rowsOf(figure)[0] ?? "", /\|40\|.*\|not estimable\|not estimable\|500 ms\|/);
    assert.match(figure, /within process/);
  });
  it("have an upper bound of p95 that holds in 99 % where there are values enough", () => {
    const figure = figureOf(page(withSeries(load(480))), "Latency from the due instant, all values");
    assert.match(rowsOf(figure)[0] ?? "", /^\|a\/docker\|\d+\|480\|242 ms\|457 ms\|447 to 467 ms \(96\.5 %\)\|468 ms\|/);
  });
  it("put send lateness below latency, with failures in the table", () => {
    const figure = figureOf(page(withSeries(load(100))), "Latency over the window");
    assert.equal(figure.match(/<svg/g)?.length, 2);
    const [first = "", ...others] = rowsOf(figure).filter((row) => row.includes("a/docker"));
    assert.match(first, /\|54\|6\|.*\|400 µs\|400 µs\|$/);
    for (const row of others) assert.match(row, /\|0\|/);
  });
  it("show gaps by the position of the token, from the second on", () => {
    const figure = figureOf(page(withSeries(tokens(12))), "Time per token by position");
    const rows = rowsOf(figure).filter((row) => row.includes("a/docker"));
    assert.equal(rows.length, 12);
    assert.match(rows[0] ?? "", /^\|a\/docker\|2\|12\|10\.0 ms\|10\.0 ms\|$/);
    assert.match(rows[3] ?? "", /^\|a\/docker\|5\|12\|255 ms\|500 ms\|$/);
  });
  it("draw few points however many values there are", () => {
    const figures = ["Latency from the due instant, all values", "Latency over the window"];
    const text = page(withSeries(load(5_000)));
    for (const title of figures) {
      const figure = figureOf(text, title);
      const places = [...figure.matchAll(/ d="([^"]*)"/g)].reduce(
        (sum, [, d = ""]) => sum + (d.match(/[MLHV]/g)?.length ?? 0),
        0,
      );
      assert.ok(places > 100 && places < 4_400, `${title}: ${places}`);
    }
    assert.ok(Buffer.byteLength(text) < 300_000, String(Buffer.byteLength(text)));
  });
  it("leave out samples that do not count", () => {
    const validity = { 5: { status: "invalid" as const, reasons: [{ rule: "steal", detail: "3 %" }] } };
    const figure = figureOf(page(withSeries(load(100), { validity })), "Latency from the due instant, all values");
    assert.equal(rowsOf(figure).length, 11);
    assert.ok(!rowsOf(figure).some((row) => row.includes("docker|5|")));
  });
  it("say emulated where they come from an emulated machine", () => {
    const text = page(withSeries(load(100), { emulated: true }));
    for (const [figure] of text.matchAll(/<figure>[\s\S]*?<\/figure>/g)) assert.ok(figure.split(EMULATED).length > 3);
  });
});
