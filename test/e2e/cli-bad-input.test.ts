import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";

const root = join(import.meta.dirname, "../..");
const scratch = mkdtempSync(join(tmpdir(), "distrobench-cli-"));
const wrongStack = join(root, "stacks/e2e-wrong.yaml");
after(() => {
  rmSync(scratch, { recursive: true });
  rmSync(wrongStack, { force: true });
});

/** Runs the launcher as a user would, from another folder. */
function distrobench(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const begin = performance.now();
  const { status, stdout, stderr } = spawnSync(join(root, "distrobench"), words, {
    cwd: scratch,
    env: { ...process.env, ...environment },
    encoding: "utf8",
    timeout: 120_000,
  });
  return { status, stdout, stderr, seconds: (performance.now() - begin) / 1000 };
}

describe("wrong input", () => {
  it("in a matrix ends with its line and column, before anything is installed or started", () => {
    writeFileSync(
      wrongStack,
      "version: 1\ntitle: Wrong\nhosts:\n  one: { distribution: debian, release: trixie, lab: { memroy: 2GiB } }\n",
    );
    const { status, stdout, stderr } = distrobench(["up", "e2e-wrong"]);
    assert.equal(status, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /^stacks\/e2e-wrong\.yaml:4:\d+: hosts\.one\.lab\.memroy: unknown key, did you mean memory\?$/m);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });

  it("is shown with where it comes from when --debug is given", () => {
    writeFileSync(wrongStack, "version: 2\n");
    assert.match(distrobench(["up", "e2e-wrong", "--debug"]).stderr, /\n\s+at /);
  });

  it("as the name of a stack ends with the nearest one", () => {
    const { status, stderr } = distrobench(["up", "quikstart"]);
    assert.equal(status, 1);
    assert.match(stderr, /did you mean quickstart\?/);
  });

  it("as a command or option is a usage error", () => {
    assert.equal(distrobench(["destory"]).status, 2);
    assert.equal(distrobench(["up", "--fast"]).status, 2);
    assert.equal(distrobench([]).status, 2);
  });

  it("as a session is refused", () => {
    const { status, stderr } = distrobench(["report", "no-such-session"]);
    assert.equal(status, 1);
    assert.match(stderr, /there is no session no-such-session/);
  });
});

describe("a machine that lacks something", () => {
  it("hears what is missing and the command that brings it, when it may not be installed", () => {
    for (const tool of ["node", "npm"]) symlinkSync(join(dirname(process.execPath), tool), join(scratch, tool));
    for (const tool of ["sh", "dirname", "readlink", "cmp", "find", "env", "cat"])
      symlinkSync(`/usr/bin/${tool}`, join(scratch, tool));
    const { status, stderr, seconds } = distrobench(["up", "ci"], { PATH: scratch });
    assert.equal(status, 1);
    assert.match(stderr, /missing on this machine: QEMU \(runs lab machines\)/);
    assert.match(stderr, /sudo apt-get install --no-install-recommends qemu-system-\w+ qemu-utils mmdebstrap/);
    assert.ok(seconds < 30, `${seconds} s`);
  });

  it("is described by doctor as data", () => {
    const { status, stdout } = distrobench(["doctor", "--json"], { PATH: scratch });
    assert.equal(status, 1);
    const { healthy, checks } = JSON.parse(stdout) as {
      healthy: boolean;
      checks: { name: string; status: string; remedy?: string }[];
    };
    assert.equal(healthy, false);
    assert.equal(checks.find(({ name }) => name === "QEMU")?.status, "missing");
    assert.match(checks.find(({ name }) => name === "QEMU")?.remedy ?? "", /qemu-system/);
    for (const { status: state } of checks) assert.match(state, /^(ok|missing|note)$/);
  });
});
