import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { commandLine } from "../../cli/command-line.ts";
import { Exit } from "../../cli/context.ts";
import { reportHandler } from "../../report/handler.ts";
import { memoryContext } from "../cli/memory-context.ts";
import { type SyntheticOptions, syntheticSession } from "./synthetic-session.ts";
import { writeSession } from "./write-session.ts";

const root = mkdtempSync(join(tmpdir(), "distrobench-decisions-"));
after(() => rmSync(root, { recursive: true }));
copyFileSync(join(import.meta.dirname, "../../package.json"), join(root, "package.json"));

/** A session of a day in January 2026. */
function session(stack: string, day: number, options: SyntheticOptions = {}) {
  const date = String(day).padStart(2, "0");
  const id = `202601${date}T000000Z-${stack}-cold-start`;
  return syntheticSession({
    ...{ seed: day, noise: 0.01, blockNoise: 0.01, variants: { "a/docker": 1, "b/docker": 1.3 }, ...options },
    session: { id, stack, startedAt: `2026-01-${date}T00:00:00.000Z` },
  });
}

async function run(...words: readonly string[]): Promise<string> {
  const memory = memoryContext({ root });
  await commandLine(memory.context)
    .parseAsync([...words], { from: "user" })
    .catch((error: unknown) => {
      if (!(error instanceof Exit)) throw error;
    });
  return memory.stdout();
}

/** Go or no-go of b on the page, in the two Markdown forms, and by the gate. */
async function decisions(stack: string, days: number) {
  const current = session(stack, days).session.id;
  const inputs = { stack, title: "T", sessions: [`results/${current}`], directory: `results/report-${stack}` };
  const { outputs } = await reportHandler.create({ root, info() {} }, inputs);
  const page = readFileSync(join(root, outputs.html), "utf8");
  const cell = page
    .slice(page.indexOf('id="decisions"'), page.indexOf('class="session"'))
    .match(/pill \w+">([^<]*)<\/span> <span class="note">\(([^)]*)\)/);
  const markdown = (format: string) => run("report", `results/${current}`, "--format", format);
  const [row] = JSON.parse(await run("gate", stack, "--baseline", "a/docker", "--json")).sessions[0].rows;
  return { page: cell?.slice(1), markdown: await markdown("markdown"), comment: await markdown("pull-request"), row };
}

describe("go or no-go on the page", () => {
  it("is what `gate --baseline VARIANT` says, where only the earlier sessions show that the host is quiet", async () => {
    // The session itself has an A/A pair that is too wide for a gate; the ten before it were quiet.
    for (let day = 1; day <= 10; day++) writeSession(root, session("quiet", day));
    writeSession(root, session("quiet", 11, { noise: 0.12, variants: { "a/docker": 1, "b/docker": 2 } }));
    const { page, markdown, comment, row } = await decisions("quiet", 11);
    assert.deepEqual([row.verdict, row.armed, row.floor.source], ["FAIL", true, "history"]);
    assert.equal(page?.[0], "no-go");
    assert.doesNotMatch(page?.[1] ?? "", /advice/);
    for (const text of [markdown, comment]) {
      assert.match(text, /no-go/);
      assert.doesNotMatch(text, /advice|too high for a gate/);
    }
  });
  it("is what the gate says, too, where the earlier sessions show that the host is not", async () => {
    for (let day = 1; day <= 10; day++) writeSession(root, session("loud", day, { noise: 0.3 }));
    writeSession(root, session("loud", 11, { variants: { "a/docker": 1, "b/docker": 2 } }));
    const { page, markdown, row } = await decisions("loud", 11);
    assert.deepEqual([row.verdict, row.armed, row.floor.source], ["FAIL", false, "history"]);
    assert.match(page?.[1] ?? "", /advice/);
    assert.match(markdown, /noise floor [\d.]+ %: the baseline against itself in 11 sessions, too high for a gate/);
  });
  it("promises nothing about blocks where there are fewer than six", async () => {
    writeSession(root, session("short", 1, { blocks: 2 }));
    const { page, row } = await decisions("short", 1);
    assert.equal(row.blocksNeeded, undefined);
    assert.equal(page?.[0], "cannot tell");
    assert.doesNotMatch(page?.[1] ?? "", /would decide/);
  });
});
