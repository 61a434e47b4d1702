import assert from "node:assert/strict";
import { copyFileSync, cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { readSession } from "../../benchmarks/index.ts";
import { Exit } from "../../cli/context.ts";
import { memoryContext, outcomeOf } from "./memory-context.ts";

/** Sessions of the test `command` as they were measured, one after the other, on one machine; `golden/gate/recorded/README.md` says how. */
const recorded = join(import.meta.dirname, "../golden/gate/recorded");
const root = mkdtempSync(join(tmpdir(), "distrobench-recorded-"));
after(() => rmSync(root, { recursive: true }));
copyFileSync(join(import.meta.dirname, "../../package.json"), join(root, "package.json"));

const names = readdirSync(recorded, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
const ids = new Map(names.map((name) => [name, readSession(join(recorded, name)).session.id]));
for (const [name, id] of ids) cpSync(join(recorded, name), join(root, "results", id), { recursive: true });

async function gate(session: string, baseline?: string) {
  const memory = memoryContext({ root });
  const named = baseline === undefined ? [] : ["--baseline", ids.get(baseline) ?? ""];
  const error = await outcomeOf(memory.context, ["gate", "--session", ids.get(session) ?? "", ...named]);
  if (error !== undefined && !(error instanceof Exit)) throw error;
  return { code: error?.code ?? 0, stdout: memory.stdout() };
}

describe("the gate on sessions as they were recorded", () => {
  for (const [what, verdict, exitCode, session, baseline, said] of [
    ["the first one", "NO-BASELINE", 4, "base", undefined, /no earlier complete and valid session/],
    ["the same program again", "PASS", 0, "again", undefined, /: at most 10 % slower\.$/m],
    ["a slower program", "FAIL", 1, "slower", "base", /: more than 10 % slower\.$/m],
    [
      "a program that is slower by about the tolerance",
      "INCONCLUSIVE",
      2,
      "near",
      "base",
      /cannot tell whether it is more than 10 % slower/,
    ],
    ["another parameter", "INVALID", 3, "other", "base", /parameters\.command/],
    ["another parameter, when nothing is named", "NO-BASELINE", 4, "other", undefined, /has the same fingerprint/],
  ] as const)
    it(`says ${verdict} of ${what}`, async () => {
      const { code, stdout } = await gate(session, baseline);
      assert.match(stdout, new RegExp(`\n${verdict} \\(exit code ${exitCode}\\)\n$`));
      assert.equal(code, exitCode);
      assert.match(stdout, said);
    });
  it("had a quiet host each time: every session is valid, and every A/A pair close enough for a gate", () => {
    for (const name of names) {
      const { session, samples } = readSession(join(recorded, name));
      assert.equal(session.outcome, "complete");
      assert.ok(samples.filter(({ role }) => role === "measured").length >= 12, name);
    }
  });
});
