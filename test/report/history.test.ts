import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { reportHandler } from "../../report/handler.ts";
import { type SyntheticOptions, syntheticSession } from "./synthetic-session.ts";
import { writeSession } from "./write-session.ts";

const roots: string[] = [];
after(() => {
  for (const root of roots) rmSync(root, { recursive: true });
});

/** A day's session of the stack. */
function session(day: number, options: SyntheticOptions = {}) {
  const id = `2026010${day}T000000Z-synthetic-cold-start`;
  return syntheticSession({
    ...{ blocks: 6, variants: { "a/docker": 1 }, aaPair: false, ...options },
    session: { id, startedAt: `2026-01-0${day}T00:00:00.000Z`, ...options.session },
  });
}

/** The page about the session of day 3, with others below results/. */
async function pageWith(others: readonly ReturnType<typeof session>[], also: (root: string) => void = () => undefined) {
  const root = mkdtempSync(join(tmpdir(), "distrobench-history-"));
  roots.push(root);
  const current = session(3);
  for (const data of [current, ...others]) writeSession(root, data);
  also(root);
  const inputs = { stack: "synthetic", title: "T", sessions: [`results/${current.session.id}`], directory: "results/report-s" };
  const { outputs } = await reportHandler.create({ root, info() {} }, inputs);
  const page = readFileSync(join(root, outputs.html), "utf8");
  return page.match(/<figure><figcaption><h4>Earlier sessions[\s\S]*?<\/figure>/)?.[0] ?? "";
}

const sessionsIn = (figure: string) => [...figure.matchAll(/<tr><th scope="row">\d+<\/th><td>(.{10})/g)].map(([, day]) => day);

describe("the history", () => {
  it("is left out where there is no earlier session", async () => assert.equal(await pageWith([]), ""));

  it("shows earlier sessions of the same stack and benchmark, oldest first, and no later one", async () => {
    const figure = await pageWith([session(4), session(2), session(1)]);
    assert.deepEqual(sessionsIn(figure), ["2026-01-01", "2026-01-02", "2026-01-03"]);
    assert.ok(!figure.includes("stroke-dasharray"));
  });

  it("numbers its sessions as the table does, and says from when to when they are", async () => {
    const figure = await pageWith([session(2), session(1)]);
    const labels = [...figure.matchAll(/<text[^>]*>([^<]+)<\/text>/g)].map(([, label]) => label);
    assert.ok(
      ["1", "2", "3", "session, 2026-01-01 to 2026-01-03"].every((label) => labels.includes(label)),
      labels.join("|"),
    );
    assert.ok(!labels.includes("3.0"), labels.join("|"));
  });

  it("says on the page which earlier session is damaged and left out", async () => {
    const root = mkdtempSync(join(tmpdir(), "distrobench-history-"));
    roots.push(root);
    for (const data of [session(3), session(2)]) writeSession(root, data);
    writeFileSync(join(root, "results", session(2).session.id, "samples.jsonl"), "{\n{");
    const inputs = {
      stack: "synthetic",
      title: "T",
      sessions: [`results/${session(3).session.id}`],
      directory: "results/report-s",
    };
    const { outputs } = await reportHandler.create({ root, info() {} }, inputs);
    const page = readFileSync(join(root, outputs.html), "utf8");
    assert.match(page, /results\/20260102T000000Z-synthetic-cold-start is left out of what was measured before: results\/2026/);
  });

  it("marks where the fingerprint changed, and names the fact", async () => {
    const figure = await pageWith([session(1), session(2, { facts: { "kernel.release": "6.1.0" } })]);
    assert.equal(figure.match(/<td>kernel\.release<\/td>/g)?.length, 2);
    assert.match(figure, /stroke-dasharray/);
  });

  it("says which earlier sessions were invalid or noisy", async () => {
    const design = { ...session(2).session.design, noisyHost: true };
    const [sound, noisy] = [await pageWith([session(1)]), await pageWith([session(1), session(2, { session: { design } })])];
    assert.match(noisy, /2026-01-02[^<]*\(noisy\)<\/td>/);
    assert.match(noisy, /Hollow: the session was invalid or noisy/);
    assert.ok(!/2026-01-01[^<]*\(/.test(noisy) && !sound.includes("Hollow"));
  });

  it("leaves out other stacks, other benchmarks, interrupted sessions and what can't be read", async () => {
    const others = [
      session(1, { session: { stack: "other" } }),
      session(2, { session: { benchmark: "other", id: "20260102T000000Z-synthetic-cold-start-other" } }),
      session(2, { session: { outcome: "interrupted" } }),
    ];
    const damaged = (root: string) => {
      mkdirSync(join(root, "results/20260101T010000Z-synthetic-cold-start"));
      writeFileSync(join(root, "results/20260101T010000Z-synthetic-cold-start/session.json"), "{");
    };
    assert.equal(await pageWith(others, damaged), "");
  });
});
