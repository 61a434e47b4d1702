import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { readSession } from "../../benchmarks/results/reader.ts";
import { summarise } from "../../benchmarks/statistics/index.ts";

const root = mkdtempSync(join(tmpdir(), "distrobench-e2e-resume-"));
after(() => rmSync(root, { recursive: true }));

function controller(instrument: string): ChildProcess {
  const program = join(import.meta.dirname, "killed-session.ts");
  return spawn(process.execPath, ["--import", "tsx", program, root, instrument], { stdio: ["ignore", "pipe", "inherit"] });
}

/** Lines of a controller, which is killed without warning (SIGKILL) at the first one that matches. */
async function linesOf(child: ChildProcess, kill?: RegExp): Promise<readonly string[]> {
  const lines: string[] = [];
  const exited = once(child, "exit");
  if (child.stdout === null) throw new Error("no standard output");
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (kill?.test(line)) child.kill("SIGKILL");
  }
  await exited;
  return lines;
}

const sessions = () => readdirSync(join(root, "results")).sort();
const text = (session: string) => readFileSync(join(root, "results", session, "samples.jsonl"), "utf8");

test("a session whose controller was killed goes on: nothing lost, nothing twice; a changed harness is named instead", async () => {
  await linesOf(controller("i1"), /^block 1\/2/);
  const [name = ""] = sessions();
  const stored = text(name);
  assert.ok(stored.includes('"role":"measured"'));

  const refused = await linesOf(controller("i2"), /^warm-up/);
  const warning = refused.join("\n");
  assert.match(warning, new RegExp(`warning: ${name} was interrupted after \\d+ samples and can't be gone on with`));
  assert.match(warning, /instrument was i1, is i2/);
  assert.equal(text(name), stored);
  for (const other of sessions().filter((session) => session !== name)) rmSync(join(root, "results", other), { recursive: true });

  const resumed = await linesOf(controller("i1"));
  assert.ok(
    resumed.some((line) => line.startsWith(`goes on with ${name}`)),
    resumed.join("\n"),
  );
  assert.deepEqual(sessions(), [name]);
  assert.ok(text(name).startsWith(stored));
  const data = readSession(join(root, "results", name));
  assert.equal(data.session.outcome, "complete");
  assert.deepEqual(
    data.samples.map(({ sequence }) => sequence),
    [...data.samples.keys()],
  );
  assert.ok(summarise(data).metrics[0]?.estimates.every(({ n }) => n === 2));
});
