import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { Exit } from "../../cli/context.ts";
import { everyBenchmark, type MeasuredOptions, measuredSession, sessionId } from "../benchmarks/gate/every-test.ts";
import { writeSession } from "../report/write-session.ts";
import { memoryContext, outcomeOf } from "./memory-context.ts";

const root = mkdtempSync(join(tmpdir(), "distrobench-gate-"));
after(() => rmSync(root, { recursive: true }));
copyFileSync(join(import.meta.dirname, "../../package.json"), join(root, "package.json"));

/** What was made up as if it had been measured, day by day; the second day is judged against the first one because nothing is named. */
const days: readonly MeasuredOptions[] = [
  { day: 1 },
  { day: 2 },
  { day: 3, worse: 1.3 },
  { day: 4, worse: 1.1 },
  { day: 5, facts: { "kernel.release": "6.18" } },
];

/** Verdict, exit code, the day that is judged, and whether the first one is named as its baseline. */
const verdicts = [
  ["NO-BASELINE", 4, 1, false, /no earlier complete and valid session/],
  ["PASS", 0, 2, false, /: at most 10 % (slower|larger|higher|lower)\.$/m],
  ["FAIL", 1, 3, true, /: more than 10 % (slower|larger|higher|lower)\.$/m],
  ["INCONCLUSIVE", 2, 4, true, /cannot tell whether it is more than 10 % \w+\. About \d+ blocks per session would decide\.$/m],
  ["INVALID", 3, 5, true, /debian-13 +kernel\.release +6\.12\.57-amd64 +6\.18/],
] as const;

async function gate(...words: readonly string[]) {
  const memory = memoryContext({ root });
  const error = await outcomeOf(memory.context, ["gate", ...words]);
  if (error !== undefined && !(error instanceof Exit)) throw error;
  return { code: error?.code ?? 0, stdout: memory.stdout() };
}

for (const benchmark of everyBenchmark) {
  const { name } = benchmark;
  describe(`the gate on synthetic sessions of ${name}, written to disk as a run leaves them`, () => {
    for (const day of days) writeSession(root, measuredSession(benchmark, day));
    const baseline = ["--baseline", sessionId(name, 1)];
    for (const [verdict, exitCode, day, named, said] of verdicts)
      it(`says ${verdict}`, async () => {
        const { code, stdout } = await gate("--session", sessionId(name, day), ...(named ? baseline : []));
        assert.match(stdout, new RegExp(`\n${verdict} \\(exit code ${exitCode}\\)\n$`));
        assert.equal(code, exitCode);
        assert.match(stdout, said);
      });
    it("judges every result metric that the test has", async () => {
      const { stdout } = await gate("--session", sessionId(name, 2), "--json");
      const judged = JSON.parse(stdout).sessions[0].rows.map(({ metric }: { metric: { name: string } }) => metric.name);
      const results = measuredSession(benchmark, { day: 2 }).session.metrics.filter(({ kind }) => kind === "result");
      assert.deepEqual(
        judged,
        results.map((metric) => metric.name),
      );
    });
  });
}
