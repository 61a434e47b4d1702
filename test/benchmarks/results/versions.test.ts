import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { namedBaseline } from "../../../benchmarks/gate/index.ts";
import { foundSessions } from "../../../benchmarks/results/earlier.ts";
import { readSeries, readSession } from "../../../benchmarks/results/reader.ts";
import { RESULTS_VERSION } from "../../../benchmarks/results/schema.ts";
import type { Versions } from "../../../benchmarks/results/versions.ts";
import { findEarlier } from "../../../benchmarks/session/resume.ts";
import { UserError } from "../../../hosts/index.ts";
import { renderHtml } from "../../../report/html.ts";
import { renderMarkdown } from "../../../report/index.ts";
import { syntheticSession } from "../../report/synthetic-session.ts";
import { writeSession } from "../../report/write-session.ts";
import { judged } from "../gate/sessions.ts";

const parent = mkdtempSync(join(tmpdir(), "distrobench-versions-"));
after(() => rmSync(parent, { recursive: true }));

/** Sessions as a distrobench of their day left them; the first is of the first writer, before anything was added to version 1. */
const golden = join(import.meta.dirname, "../../golden/gate");
const kept = ["session", ...readdirSync(join(golden, "recorded")).map((name) => `recorded/${name}`)]
  .filter((name) => !name.endsWith(".md"))
  .map((name) => join(golden, name));
const written = (directory: string) => JSON.parse(readFileSync(join(directory, "session.json"), "utf8"));

describe("sessions of earlier days", () => {
  it("are kept of every version there ever was", () => {
    const there = new Set(kept.map((directory) => written(directory).version));
    for (let version = 1; version <= RESULTS_VERSION; version++)
      assert.ok(there.has(version), `no golden session of version ${version}`);
  });
  for (const directory of kept)
    it(`are read, reported and gated: ${directory.slice(golden.length + 1)}`, () => {
      const data = readSession(directory);
      assert.deepEqual(data.warnings, []);
      const session = { ...data, ...readSeries(directory), directory: `results/${data.session.id}` };
      const options = { title: "T", directory: "results/report-t" };
      assert.match(renderHtml([session], options), /<h2 id="s1-title">/);
      assert.match(renderMarkdown([session], options), /### Results/);
      const later = { ...data, session: { ...data.session, id: "later", startedAt: "2027-01-01T00:00:00.000Z" } };
      const { verdict, rows } = judged(later, namedBaseline(data));
      assert.ok(["PASS", "INCONCLUSIVE"].includes(verdict), verdict);
      assert.ok(rows.every(({ ratio }) => ratio === 1));
    });
});

/** An earlier version that there never was: environments had `settings`, samples `seconds`, sessions no title. */
const withZero: Versions = {
  current: RESULTS_VERSION,
  upgrades: {
    0: {
      session: (session) => ({ ...session, title: String(session.benchmark) }),
      sample: ({ seconds, ...sample }) => ({ ...sample, values: { total: seconds } }),
      environment: ({ settings, ...environment }) => ({ ...environment, facts: settings }),
    },
  },
};
const today = syntheticSession({ blocks: 2, variants: { "a/docker": 1 }, aaPair: false, session: { outcome: "interrupted" } });

/** A session in that version, or in another that its session.json claims. */
function earlier(version: unknown = 0): { readonly root: string; readonly directory: string } {
  const root = mkdtempSync(join(parent, "root-"));
  writeSession(root, today);
  const directory = join(root, "results", today.session.id);
  const rewrite = (file: string, change: (text: string) => string) =>
    writeFileSync(join(directory, file), change(readFileSync(join(directory, file), "utf8")));
  rewrite("session.json", (text) => JSON.stringify({ ...JSON.parse(text), title: undefined, version }));
  rewrite("environment/a.json", (text) => text.replace('"facts"', '"settings"'));
  rewrite("samples.jsonl", (text) => text.replace(/"values":\{"total":([\d.]+).*?\}/g, '"seconds":$1'));
  return { root, directory };
}

describe("an earlier version", () => {
  it("is read as if it had been written today, and says what it was", () => {
    const { directory } = earlier();
    writeFileSync(join(directory, "series.jsonl"), '{"sequence":1,"series":{"gap":[1]}}\n');
    const data = readSession(directory, withZero);
    assert.deepEqual([data.session.version, data.session.title, data.writtenVersion], [RESULTS_VERSION, "cold-start", 0]);
    assert.deepEqual(
      data.samples.map(({ values }) => values.total),
      today.samples.map(({ values }) => values.total),
    );
    assert.deepEqual(data.environments, today.environments);
    assert.deepEqual([...readSeries(directory, withZero).series.keys()], [1]);
  });

  it("takes the way over all versions in between", () => {
    const add = (letter: string) => ({
      session: ({ title, ...session }: Readonly<Record<string, unknown>>) => ({ ...session, title: `${title ?? ""}${letter}` }),
    });
    const { directory } = earlier(-1);
    const data = readSession(directory, {
      current: RESULTS_VERSION,
      upgrades: { [-1]: { ...withZero.upgrades[0], ...add("a") }, 0: add("b") },
    });
    assert.equal(data.session.title, "ab");
  });

  it("is not gone on with: its files would be of two versions", () => {
    const { root } = earlier();
    const name = "20260101T000000Z-synthetic-cold-start";
    cpSync(join(root, "results", today.session.id), join(root, "results", name), { recursive: true });
    const found = findEarlier(join(root, "results"), today.session, today.environments, () => undefined, withZero);
    assert.ok(found.kind === "changed");
    assert.deepEqual(found.changes, [`results were written in version 0, are in ${RESULTS_VERSION}`]);
  });

  it("is refused with the version where no way leads from it", () => {
    const { directory } = earlier();
    assert.throws(
      () => readSession(directory),
      (error) => error instanceof UserError && /results of version 0; this distrobench reads version 1/.test(error.message),
    );
  });
});

describe("a newer version", () => {
  const { root, directory } = earlier(RESULTS_VERSION + 1);
  it("is refused by its number, with what to do", () =>
    assert.throws(
      () => readSession(directory),
      (error) =>
        error instanceof UserError &&
        error.message.includes(`${join(directory, "session.json")}: results of version ${RESULTS_VERSION + 1}`) &&
        /a newer distrobench wrote them: bring this checkout up to date/.test(error.remedy ?? ""),
    ));
  it("is found among the sessions, so that nobody takes it for missing", () =>
    assert.deepEqual(
      foundSessions(root).map(({ benchmark }) => benchmark),
      ["cold-start"],
    ));
});
