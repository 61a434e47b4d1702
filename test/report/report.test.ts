import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SessionData } from "../../benchmarks/index.ts";
import { summarise } from "../../benchmarks/statistics/index.ts";
import { renderHtml } from "../../report/html.ts";
import { renderJson, renderMarkdown, renderTerminal } from "../../report/index.ts";
import { EMULATED } from "../../report/view.ts";
import { golden } from "../golden.ts";
import { syntheticSession } from "./synthetic-session.ts";

const options = { title: "Synthetic test input", directory: "results/report-synthetic" };
const page = (data: SessionData) => renderHtml([data], options);
const session = () =>
  syntheticSession({
    validity: {
      12: { status: "disturbed", reasons: [{ rule: "control-kernel", detail: "the control computation moved by 4.1 %" }] },
      20: { status: "invalid", reasons: [{ rule: "bracket", detail: "polling left 12 ms unseen" }] },
    },
  });

describe("the page", () => {
  it("is the same, byte for byte, when it is rendered again", () => assert.equal(page(session()), page(session())));
  it("loads nothing and runs nothing", () => {
    const text = page(session());
    assert.doesNotMatch(text, /<script|<link rel="stylesheet"|@import|url\(|\son\w+=/);
    assert.doesNotMatch(text.replaceAll('xmlns="http://www.w3.org/2000/svg"', ""), /https?:/);
  });
  it("keeps the order: comparability, results, differences, figures, samples, study, method, raw data", () => {
    const headings = [...page(session()).matchAll(/<h3>(.*?)<\/h3>/g)].map(([, text]) => text);
    assert.deepEqual(headings, [
      ...["Results", "What differs between the hosts", "Figures", "Samples to look at"],
      ...["Beside the study", "How it was measured", "Raw data"],
    ]);
  });
  it("escapes what comes from hosts", () => {
    const data = session();
    const environments = data.environments.map((environment, i) => ({
      ...environment,
      facts: { ...environment.facts, "kernel.release": `<img src=x onerror=alert(${i})>` },
    }));
    const text = page({ ...data, environments });
    assert.ok(!text.includes("<img"));
    assert.ok(text.includes("&lt;img src=x onerror=alert(0)&gt;"));
  });
  it("says emulated wherever numbers of an emulated machine are shown, and nowhere else", () => {
    const text = page(syntheticSession({ emulated: true }));
    for (const block of [...text.matchAll(/<figure>[\s\S]*?<\/figure>/g)]) assert.ok(block[0].includes(EMULATED));
    for (const caption of ["Start to first 200", "Beside the study"]) assert.ok(text.includes(caption));
    const numeric = [...text.matchAll(/<table[\s\S]*?<\/table>/g)]
      .map(([table]) => table)
      .filter((table) => table.includes("Median"));
    assert.ok(numeric.length >= 3);
    for (const table of numeric) assert.ok(table.includes(EMULATED), table.slice(0, 200));
    assert.ok(!page(session()).includes(EMULATED));
  });
  it("marks the study's figures as the study's", () => {
    const text = page(session());
    for (const value of ["1.05", "1.15", "1.18", "1.25"])
      assert.match(text, new RegExp(`<td>the study</td><td class="n">${value}\u00a0s</td>`));
    assert.ok(!page(syntheticSession({ session: { test: "other" } })).includes("the study</td>"));
  });
  it("says go or no-go per metric and variant in words, before anything else", () => {
    const text = page(session());
    const table = text.slice(text.indexOf('id="decisions"'), text.indexOf('class="session"'));
    for (const word of ["no-go", "go"]) assert.match(table, new RegExp(`<span class="pill \\w+">${word}</span>`));
    assert.ok(table.includes("Against debian-13/docker"));
    assert.ok(
      page(syntheticSession({ session: { outcome: "interrupted" } })).includes('<span class="pill unsure">invalid</span>'),
    );
  });
  it("says of every metric that drifts which it is, and in which variants", () => {
    const second = { name: "later", title: "second answer", unit: "s", better: "lower", primary: false, kind: "result" } as const;
    const data = syntheticSession({ variants: { "a/docker": 1, "b/docker": 1 }, blocks: 20, noise: 0, drift: 3, aaPair: false });
    const samples = data.samples.map((sample) => ({ ...sample, values: { ...sample.values, later: sample.values.total ?? 0 } }));
    const metrics = [...data.session.metrics, second];
    const text = page({ ...data, samples, session: { ...data.session, metrics } });
    for (const title of ["start to first 200", "second answer"])
      assert.match(
        text,
        new RegExp(`drift in ${title}: lag-1 autocorrelation beyond ±0\\.3: a/docker 0\\.\\d\\d, b/docker 0\\.\\d\\d\\.`),
      );
  });
  it("quotes what the study says in words as the study's claim", () =>
    assert.match(
      page(syntheticSession({ session: { test: "memory" } })),
      /The study says: 10 to 12.*not compared by any verdict/,
    ));
  it("links to the raw data relative to itself", () =>
    assert.ok(page(session()).includes('href="../20260101T000000Z-cold-start/samples.jsonl"')));
  it("lists flagged samples with their reasons", () => {
    const text = page(session());
    assert.ok(text.includes("control-kernel: the control computation moved by 4.1\u00a0%"));
    assert.ok(text.includes("invalid, left out"));
  });
  it("says invalid first where no conclusion may be drawn", () => {
    assert.ok(page(syntheticSession({ session: { outcome: "interrupted" } })).includes("Invalid: no conclusion may be drawn"));
  });
  it("can be made of no session, of one variant, and of failures alone", () => {
    assert.ok(renderHtml([], options).includes("Nothing has been measured yet."));
    assert.ok(page(syntheticSession({ variants: { "a/docker": 1 }, aaPair: false })).includes("a/docker"));
    const data = syntheticSession({ blocks: 6 });
    const samples = data.samples.map((sample) => ({
      ...sample,
      values: {},
      validity: { status: "failed" as const, cause: "no answer" },
    }));
    assert.ok(page({ ...data, samples }).includes("never"));
  });
  it("stays below 3 MB for 10 000 samples", () => {
    const data = syntheticSession({ blocks: 2_500, aaPair: false });
    assert.ok(data.samples.length >= 10_000);
    assert.ok(Buffer.byteLength(page(data)) <= 3_000_000, String(Buffer.byteLength(page(data))));
  });
});

describe("the other renderings", () => {
  it("give the same content as Markdown", () => golden("report/report.md", renderMarkdown([session()], options)));
  it("keep what comes from hosts out of Markdown's syntax", () => {
    const data = session();
    const environments = data.environments.map((environment, i) => ({
      ...environment,
      facts: { "kernel.release": `a|b<${i}>` },
    }));
    assert.ok(renderMarkdown([{ ...data, environments }], options).includes("a\\|b\\<0\\>"));
  });
  it("give a table for the terminal", () => golden("report/terminal.txt", renderTerminal(summarise(session()))));
  it("fit 72 columns where the terminal is narrow", () => {
    const lines = renderTerminal(summarise(session()), { width: 72 }).split("\n");
    for (const line of lines) assert.ok(line.length <= 72, line);
  });
  it("paint verdicts only on request", () => {
    assert.ok(!renderTerminal(summarise(session())).includes("\u001b"));
    assert.ok(renderTerminal(summarise(session()), { colour: true }).includes("\u001b[31mslower"));
  });
  it("write failures as the text infinity in JSON", () => {
    const data = syntheticSession({ blocks: 6, validity: { 5: { status: "failed", cause: "no answer" } } });
    const report = JSON.parse(renderJson([summarise(data)]));
    assert.equal(report.version, 1);
    assert.ok(JSON.stringify(report).includes('"max":"infinity"'));
  });
});
