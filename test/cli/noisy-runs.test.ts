import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { noisyRuns } from "../../cli/noisy-runs.ts";
import { syntheticSession } from "../report/synthetic-session.ts";
import { writeSession } from "../report/write-session.ts";
import { planText, RIGHT } from "../stacks/matrix-text.ts";

const root = mkdtempSync(join(tmpdir(), "distrobench-noisy-"));
after(() => rmSync(root, { recursive: true }));

function measured(day: number, noisyHost: boolean): string {
  const id = `2026010${day}T000000Z-example-cold-start`;
  const data = syntheticSession({ blocks: 1, session: { stack: "example", id, startedAt: `2026-01-0${day}T00:00:00.000Z` } });
  writeSession(root, { ...data, session: { ...data.session, design: { ...data.session.design, noisyHost } } });
  return id;
}

describe("after up", () => {
  const strict = planText(RIGHT);
  it("a session of --noisy-host that stays is named, with how to measure anew", () => {
    measured(1, false);
    assert.deepEqual(noisyRuns(root, strict), []);
    const id = measured(2, true);
    assert.deepEqual(noisyRuns(root, strict), [
      `cold-start was measured with --noisy-host: results/${id} stays and is never a baseline. Another seed at the benchmark in stacks/example.yaml measures anew.`,
    ]);
  });
  it("nothing is said where the matrix wants it so, or where it was measured strictly since", () => {
    assert.deepEqual(noisyRuns(root, planText(`${RIGHT}    noisyHost: true\n`)), []);
    measured(3, false);
    assert.deepEqual(noisyRuns(root, strict), []);
  });
});
