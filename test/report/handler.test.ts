import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { reportHandler } from "../../report/handler.ts";
import { syntheticSession } from "./synthetic-session.ts";

const inputs = { stack: "s", title: "T", sessions: ["results/one"], directory: "results/report-s" };

describe("a report resource", () => {
  let root = "";
  const context = () => ({ root, info() {} });

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "distrobench-report-"));
    for (const name of ["one", "two"]) store(join(root, "results", name));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("writes page, Markdown and JSON, and no path of this machine", async () => {
    const { id, outputs } = await reportHandler.create(context(), inputs);
    assert.equal(id, "results/report-s");
    assert.deepEqual(readdirSync(join(root, inputs.directory)).sort(), ["index.html", "report.json", "report.md"]);
    for (const file of [outputs.html, outputs.markdown, outputs.json])
      assert.ok(!readFileSync(join(root, file), "utf8").includes(root));
    assert.match(outputs.digest, /^[0-9a-f]{64}$/);
  });
  it("is as stored while the page is unchanged, and gone when it was removed or changed", async () => {
    const { outputs } = await reportHandler.create(context(), inputs);
    assert.deepEqual(await reportHandler.read(context(), { inputs, outputs }), { inputs, outputs });
    writeFileSync(join(root, outputs.html), "changed by hand");
    assert.equal(await reportHandler.read(context(), { inputs, outputs }), "gone");
    rmSync(join(root, outputs.html));
    assert.equal(await reportHandler.read(context(), { inputs, outputs }), "gone");
  });
  it("is written anew for another list of sessions", async () => {
    const { outputs } = await reportHandler.create(context(), inputs);
    const changed = await reportHandler.update(
      context(),
      { inputs, outputs },
      { ...inputs, sessions: ["results/one", "results/two"] },
    );
    assert.notEqual(changed.digest, outputs.digest);
  });
  it("draws what was seen inside the samples, where the session stored it", async () => {
    const page = async () => readFileSync(join(root, (await reportHandler.create(context(), inputs)).outputs.html), "utf8");
    assert.ok(!(await page()).includes("series.jsonl"));
    const lines = [6, 7, 8].map((sequence) => `${JSON.stringify({ sequence, series: { "gap.1": [0.01, 0.02] } })}\n`);
    writeFileSync(join(root, "results/one/series.jsonl"), lines.join(""));
    const text = await page();
    assert.ok(text.includes("Time per token by position") && text.includes("../one/series.jsonl"));
  });
  it("names a session that cannot be read and leaves the old page alone", async () => {
    const { outputs } = await reportHandler.create(context(), inputs);
    await assert.rejects(
      reportHandler.update(context(), { inputs, outputs }, { ...inputs, sessions: ["results/none"] }),
      /results\/none/,
    );
    assert.notEqual(await reportHandler.read(context(), { inputs, outputs }), "gone");
  });
  it("stays when the resource is deleted", async () => {
    const { outputs } = await reportHandler.create(context(), inputs);
    await reportHandler.delete();
    assert.ok(existsSync(join(root, outputs.html)));
  });
});

function store(directory: string): void {
  const { session, samples, environments } = syntheticSession();
  mkdirSync(join(directory, "environment"), { recursive: true });
  writeFileSync(join(directory, "session.json"), JSON.stringify(session));
  writeFileSync(join(directory, "samples.jsonl"), samples.map((sample) => `${JSON.stringify(sample)}\n`).join(""));
  for (const environment of environments)
    writeFileSync(join(directory, "environment", `${environment.host}.json`), JSON.stringify(environment));
}
