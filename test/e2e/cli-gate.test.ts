import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { before, now, times } from "../benchmarks/gate/sessions.ts";
import { writeSession } from "../report/write-session.ts";

const root = join(import.meta.dirname, "../..");
const scratch = mkdtempSync(join(tmpdir(), "distrobench-gate-"));
const written: string[] = [];
after(() => {
  rmSync(scratch, { recursive: true });
  for (const id of written) rmSync(join(root, "results", id), { recursive: true, force: true });
});

/** A stack of one session, or of two: the newest is judged. Nobody else's sessions have this test, stack or year. */
function stack(name: string, current: Parameters<typeof now>[0], baseline?: Parameters<typeof before>[0]): string {
  const own = `e2e-gate-${name}`;
  const session = (day: number) => ({
    ...{ stack: own, test: "e2e-gate", id: `2001010${day}T000000Z-${own}`, startedAt: `2001-01-0${day}T00:00:00.000Z` },
  });
  const add = (data: ReturnType<typeof now>) => {
    written.push(data.session.id);
    writeSession(root, data);
  };
  if (baseline !== undefined) add(before({ ...baseline, session: { ...session(1), ...baseline.session } }));
  add(now({ ...current, session: { ...session(2), ...current?.session } }));
  return own;
}

/** Runs the launcher as a CI job would, from another folder. */
function distrobench(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(join(root, "distrobench"), words, {
    cwd: scratch,
    encoding: "utf8",
    timeout: 120_000,
  });
  return { status, stdout, stderr };
}

describe("distrobench gate ends with", () => {
  const same = { variants: times() };
  const slower = { variants: times({ "debian-13/podman": 1.14 * 1.3 }) };
  const near = { variants: times({ "debian-13/podman": 1.14 * 1.095 }) };
  const cases = [
    ["PASS", 0, () => stack("pass", same, same)],
    ["FAIL", 1, () => stack("fail", slower, same)],
    ["INCONCLUSIVE", 2, () => stack("near", near, same)],
    ["INVALID", 3, () => stack("invalid", { ...same, session: { outcome: "interrupted" } }, same)],
    ["NO-BASELINE", 4, () => stack("first", same)],
  ] as const;
  for (const [verdict, code, name] of cases)
    it(`${code} on ${verdict}`, () => {
      const { status, stdout } = distrobench("gate", name(), "--junit", `${verdict}.xml`);
      assert.equal(status, code);
      assert.match(stdout, new RegExp(`\n${verdict} \\(exit code ${code}\\)\n$`));
      assert.match(readFileSync(join(scratch, `${verdict}.xml`), "utf8"), new RegExp(`name="verdict" value="${verdict}"`));
    });

  it("3 and the differing facts where a named baseline was measured elsewhere", () => {
    const other = stack("elsewhere", { ...same, facts: { "cpu.model": "Another CPU" } }, same);
    const { status, stdout } = distrobench("gate", other, "--baseline", `20010101T000000Z-${other}`);
    assert.equal(status, 3);
    assert.match(stdout, /debian-13 +cpu\.model +Synthetic CPU +Another CPU/);
  });

  it("5 where there is no verdict because something is wrong: never with the code of one", () => {
    for (const words of [
      ["gate", "e2e-gate-none"],
      ["gate", "--tolerance", "ten"],
      ["gate", "--session", "none"],
      ["--debug", "gate", "a", "b"],
    ])
      assert.equal(distrobench(...words).status, 5, words.join(" "));
    assert.equal(distrobench("gate", "--help").status, 0);
  });
});
