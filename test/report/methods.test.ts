import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { benchmarks } from "../../benchmarks/index.ts";
import { commonMethod, methods } from "../../report/methods.ts";

const docs = join(import.meta.dirname, "../../docs");
const file = join(docs, "metrics.md");

function page(): string {
  const sections = Object.entries(benchmarks).flatMap(([name, { title, metricsOf }]) => {
    const { start, stop, clock, unit, wrong } = methods[name] ?? {};
    const metrics = metricsOf({}).filter(({ kind }) => kind === "result");
    const named = metrics.map((metric) => `${metric.title} (${metric.unit}${metric.primary ? ", primary" : ""})`);
    return [
      `## ${name}: ${title}`,
      [
        `- **Metrics**: ${named.join("; ")}.`,
        `- **Start**: ${start}`,
        `- **Stop**: ${stop}`,
        `- **Clock**: ${clock}`,
        `- **Unit of analysis**: ${unit}`,
        `- **What would make it wrong**: ${wrong}`,
        `- More: [${name}](benchmarks/${name}.md)`,
      ].join("\n"),
    ];
  });
  const head = [
    "# Metrics",
    "What every test measures, so that it can be checked against the raw data. Made of `report/methods.ts`, which the report prints too (`UPDATE_GOLDEN=1 npm test -- report/methods`).",
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

  it("is the same in the documentation as in the report", () => {
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, page());
    assert.equal(readFileSync(file, "utf8"), page());
  });

  it("has a page of its own for every test", () => {
    for (const name of Object.keys(benchmarks)) assert.match(readFileSync(join(docs, "benchmarks", `${name}.md`), "utf8"), /^# /);
  });
});
