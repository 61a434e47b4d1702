import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { z } from "zod";
import type { SessionData, Validity } from "../../benchmarks/index.ts";
import { summarise } from "../../benchmarks/statistics/index.ts";
import { renderBencher, renderOtava, renderPullRequest, renderSamplesCsv, renderSummaryCsv } from "../../report/index.ts";
import { everyTest } from "./every-test.ts";
import { syntheticSession } from "./synthetic-session.ts";

const failed: Validity = { status: "failed", cause: 'no "answer", at all' };
const session = () => syntheticSession({ blocks: 6, variants: { "a/docker": 1, "b/docker": 1.3 }, validity: { 4: failed } });

/** An independent reading of RFC 4180. */
function parse(text: string): readonly (readonly string[])[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, a, b]) => a?.replaceAll('""', '"') ?? b ?? ""),
    );
}

describe("CSV", () => {
  it("has every value of every sample, and a line for a failure", () => {
    const data = session();
    const [header = [], ...rows] = parse(renderSamplesCsv([data]));
    assert.ok(rows.every((row) => row.length === header.length));
    const values = data.samples.reduce((sum, sample) => sum + Math.max(1, Object.keys(sample.values).length), 0);
    assert.equal(rows.length, values);
    const broken = rows.filter((row) => row[header.indexOf("status")] === "failed");
    assert.deepEqual([broken.length, broken[0]?.[header.indexOf("reasons")]], [1, 'no "answer", at all']);
    const first = rows.find((row) => row[header.indexOf("metric")] === "total" && row[header.indexOf("role")] === "measured");
    const sample = data.samples.find(({ sequence }) => sequence === Number(first?.[header.indexOf("sequence")]));
    assert.equal(Number(first?.[header.indexOf("value")]), sample?.values.total);
  });
  it("has every estimate of a summary with its ratio", () => {
    const [header = [], ...rows] = parse(renderSummaryCsv([summarise(session())]));
    assert.ok(rows.every((row) => row.length === header.length));
    const total = rows.filter((row) => row[header.indexOf("metric")] === "total");
    assert.deepEqual(
      total.map((row) => row[header.indexOf("variant")]),
      ["a/docker", "b/docker", "a/docker#2"],
    );
    assert.ok(Math.abs(Number(total[1]?.[header.indexOf("ratio")]) - 1.3) < 0.1);
    assert.ok(total.some((row) => row[header.indexOf("max")] === "infinity"));
  });
});

describe("Bencher Metric Format", () => {
  /** https://bencher.dev/bmf.json with the lengths that the documentation and Bencher's JSON adapter allow, as a schema of ours. */
  const bmf = z.record(
    z.string().min(1).max(1024),
    z.record(
      z.string().min(1).max(64),
      z.strictObject({ value: z.number(), lower_value: z.number().optional(), upper_value: z.number().optional() }),
    ),
  );
  it("holds medians and intervals of variants, with the unit in the measure's name", () => {
    const found = bmf.parse(JSON.parse(renderBencher([summarise(syntheticSession())])));
    assert.deepEqual(Object.keys(found)[0], "synthetic/cold-start/debian-13/docker");
    const measure = found["synthetic/cold-start/debian-13/docker"]?.["total-seconds"];
    assert.ok((measure?.lower_value ?? 9) <= (measure?.value ?? 0) && (measure?.value ?? 9) <= (measure?.upper_value ?? 0));
    assert.ok(!Object.keys(found).some((name) => name.includes("#2")));
  });
  it("is right for every test there is, in names that Bencher takes as they are", () => {
    const found = bmf.parse(JSON.parse(renderBencher(everyTest().map(summarise))));
    const names = Object.keys(found);
    assert.equal(names.length, 4 * everyTest().length);
    // Bencher would take these for the id of something that exists, or strip the end.
    assert.ok(names.every((name) => name === name.trim() && !/^[0-9a-f-]{36}$/.test(name) && !/bencher.?ignore$/i.test(name)));
    for (const measures of Object.values(found)) {
      assert.ok(Object.keys(measures).length > 0);
      for (const { value, lower_value = value, upper_value = value } of Object.values(measures))
        assert.ok(lower_value <= value && value <= upper_value);
    }
  });
  it("holds nothing of an invalid session", () =>
    assert.deepEqual(JSON.parse(renderBencher([summarise(syntheticSession({ session: { outcome: "interrupted" } }))])), {}));
});

describe("Otava's input", () => {
  const at = (day: number, more: Partial<SessionData["session"]> = {}) =>
    syntheticSession({ seed: day, session: { id: `s${day}`, startedAt: `2026-01-0${day}T00:00:00.000Z`, ...more } });
  it("has a line per valid session, oldest first, and nothing but numbers", () => {
    const [header = [], ...rows] = parse(renderOtava([at(3), at(1), at(2, { outcome: "failed" })]));
    assert.deepEqual(header.slice(0, 3), ["time", "session", "debian-13/docker.total"]);
    assert.deepEqual(
      rows.map(([, name]) => name),
      ["s1", "s3"],
    );
    assert.ok(rows.every((row) => row.length === header.length && row.slice(2).every((cell) => Number(cell) > 0)));
  });
});

describe("Markdown for a pull request", () => {
  const text = () => renderPullRequest([session()], { title: "Kernel 6.12 beside 6.18" });
  it("begins with the decisions, then says what limits the session, with the figures folded", () => {
    const places = ["### Kernel 6.12", "Against a/docker", "| b/docker", "<details>", "</details>"].map((part) =>
      text().indexOf(part),
    );
    assert.ok(!places.includes(-1), `${places}`);
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
  });
  it("stays short: the whole report is another file", () => {
    assert.ok(text().split("\n").length <= 40);
  });
});
