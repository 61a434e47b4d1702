import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { benchmarks, type MetricDefinition } from "../../benchmarks/index.ts";
import { commonMethod, methods } from "../../report/methods.ts";
import { metricMethod, metricMethods } from "../../report/metric-methods/index.ts";

const docs = join(import.meta.dirname, "../../docs");
const file = join(docs, "metrics.md");

/** Parameters with which a test has other metrics, or more, than by default. */
const arrangements: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
  memory: [{}, { density: {} }],
  edge: [{}, { network: { hef: "/n.hef" } }],
  command: [{ command: "true" }, { command: "true", count: ["instructions", "syscalls"] }],
};

/** Every metric that a test can have, once. */
function metricsOf(test: string): readonly MetricDefinition[] {
  const all = (arrangements[test] ?? [{}]).flatMap((parameters) => benchmarks[test]?.metricsOf(parameters) ?? []);
  return [...new Map(all.map((metric) => [metric.name, metric])).values()];
}

function row(test: string, { name, title, unit, better, kind, primary }: MetricDefinition): string {
  const { measured, wrong } = metricMethod(test, name);
  const place = primary ? "**primary**" : kind;
  return `| \`${name}\` ${title} | ${unit}, ${better} | ${place} | ${measured} | ${wrong} |`;
}

function page(): string {
  const sections = Object.entries(benchmarks).flatMap(([name, { title }]) => {
    const { start, stop, clock, unit, wrong } = methods[name] ?? {};
    return [
      `## ${name}: ${title}`,
      [
        `- **Start**: ${start}`,
        `- **Stop**: ${stop}`,
        `- **Clock**: ${clock}`,
        `- **Unit of analysis**: ${unit}`,
        `- **What would make it wrong**: ${wrong}`,
        `- More: [${name}](benchmarks/${name}.md)`,
      ].join("\n"),
      [
        "| metric | unit, better | kind | measured | wrong when |",
        "| --- | --- | --- | --- | --- |",
        ...metricsOf(name).map((metric) => row(name, metric)),
      ].join("\n"),
    ];
  });
  const head = [
    "# Metrics",
    "What every test measures, so that it can be checked against the raw data. Made of `report/methods.ts` and `report/metric-methods/`, which the report prints too (`UPDATE_GOLDEN=1 npm test -- report/methods`).",
    "Clock and unit of analysis are those of the test. A *result* is compared and gets a verdict, a *phase* is a part of a result, a *diagnostic* is stored to judge the results by and never compared. Metrics of `command` are the user's own; without any it has `wall`.",
    `For all of them: ${commonMethod}`,
  ];
  return `${[...head, ...sections].join("\n\n")}\n`;
}

describe("what is said about the tests", () => {
  it("names start, stop, clock, unit and what would make it wrong for every test there is", () => {
    assert.deepEqual(Object.keys(methods).sort(), Object.keys(benchmarks).sort());
    for (const [name, method] of Object.entries(methods))
      for (const [part, text] of Object.entries(method)) assert.match(text, /^[A-Z].{5,}\.$/, `${name}: ${part}`);
  });

  it("says of every metric that a test can have how it is measured and what would make it wrong, and of no other", () => {
    assert.deepEqual(Object.keys(metricMethods).sort(), Object.keys(benchmarks).sort());
    for (const [test, known] of Object.entries(metricMethods)) {
      assert.deepEqual(
        Object.keys(known).sort(),
        metricsOf(test)
          .map(({ name }) => name)
          .sort(),
        test,
      );
      for (const [name, texts] of Object.entries(known))
        for (const text of Object.values(texts)) assert.match(text, /^[A-Z1`].{5,}\.$/, `${test}: ${name}`);
    }
  });

  it("calls a metric of a user's command what the command printed", () => {
    assert.match(metricMethod("command", "rate").measured, /^A number that the command printed/);
    assert.notEqual(metricMethod("command", "wall").measured, metricMethod("command", "rate").measured);
  });

  it("is the same in the documentation as in the report", () => {
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, page());
    assert.equal(readFileSync(file, "utf8"), page());
  });

  it("has a page of its own for every test", () => {
    for (const name of Object.keys(benchmarks)) assert.match(readFileSync(join(docs, "benchmarks", `${name}.md`), "utf8"), /^# /);
  });
});
