import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { namedSessions, newestSessions } from "../../cli/sessions.ts";

const root = mkdtempSync(join(tmpdir(), "distrobench-sessions-"));
after(() => rmSync(root, { recursive: true }));

function session(name: string, stack: string, benchmark: string, startedAt: string): void {
  mkdirSync(join(root, "results", name), { recursive: true });
  writeFileSync(
    join(root, "results", name, "session.json"),
    JSON.stringify({ stack, benchmark, startedAt, outcome: "complete" }),
  );
}
session("1-a", "a", "cold-start", "2026-01-01T00:00:00Z");
session("2-a", "a", "cold-start", "2026-01-02T00:00:00Z");
session("3-a", "a", "steady", "2026-01-01T00:00:00Z");
session("4-b", "b", "cold-start", "2026-01-09T00:00:00Z");
mkdirSync(join(root, "results", "report-a"));
mkdirSync(join(root, "results", "5-a"));
writeFileSync(join(root, "results", "5-a", "session.json"), '{"cut');

describe("sessions", () => {
  it("are the newest of every benchmark of a stack", () =>
    assert.deepEqual(newestSessions(root, "a"), ["results/2-a", "results/3-a"]));

  it("can be named with or without their folder", () => {
    assert.deepEqual(namedSessions(root, ["1-a", "results/4-b/", "./results/3-a"]), [
      "results/1-a",
      "results/4-b",
      "results/3-a",
    ]);
  });

  it("that are not there are refused with the nearest name", () => {
    assert.throws(() => namedSessions(root, ["2-aa"]), /there is no session 2-aa; did you mean 2-a\?/);
  });

  it("are none where nothing was measured", () => assert.deepEqual(newestSessions(join(root, "nowhere"), "a"), []));
});
