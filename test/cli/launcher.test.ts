import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

const scratch = mkdtempSync(join(tmpdir(), "distrobench-launcher-"));
after(() => rmSync(scratch, { recursive: true }));
let count = 0;

const ANSWER = 'case $1 in --version) echo v20.1.0;; *) printf "%s\\n" "$@";; esac';
const NPM = 'echo "$@" >>npm-calls; sleep 0.3; rm -rf node_modules; mkdir node_modules; touch node_modules/.package-lock.json';

/** A project with the launcher and nothing else, and a PATH with these programs in front. */
function project(programs: Readonly<Record<string, string>>) {
  const root = join(scratch, `project ${++count}`);
  const bin = join(scratch, `bin-${count}`);
  mkdirSync(root);
  mkdirSync(bin);
  copyFileSync(join(import.meta.dirname, "../../distrobench"), join(root, "distrobench"));
  writeFileSync(join(root, "package-lock.json"), "1");
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const path = "node" in programs ? `${bin}:/usr/bin:/bin` : bin;
  for (const tool of "node" in programs ? [] : ["dirname", "readlink"]) symlinkSync(whereIs(tool), join(bin, tool));
  return { root, launcher: join(root, "distrobench"), path };
}

function whereIs(tool: string): string {
  return execFileSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).trim();
}

function run(at: { readonly launcher: string; readonly path: string }, ...words: string[]) {
  const { status, stdout, stderr } = spawnSync("/bin/sh", [at.launcher, ...words], {
    cwd: "/",
    env: { PATH: at.path },
    encoding: "utf8",
    timeout: 20_000,
  });
  return { status, stdout, stderr };
}

describe("the launcher", () => {
  it("says how to get Node.js when there is none", () => {
    const { status, stderr } = run(project({}));
    assert.equal(status, 1);
    assert.match(stderr, /Node\.js 20 or newer is needed, and there is no node on PATH\.\n.*nodejs\.org/);
  });

  it("refuses a Node.js that is too old, and one that gives no version", () => {
    const old = run(project({ node: "echo v18.19.0" }));
    assert.equal(old.status, 1);
    assert.match(old.stderr, /Node\.js 20 or newer is needed, and .*\/node is v18\.19\.0\./);
    assert.match(run(project({ node: "echo hello" })).stderr, /node --version says "hello"/);
    assert.match(run(project({ node: "exit 1" })).stderr, /does not start/);
  });

  it("fetches the packages once, makes a folder that only its owner may enter, and starts the command line with every word as it was", () => {
    const at = project({ node: ANSWER, npm: NPM });
    const first = run(at, "up", "two words", "$HOME");
    assert.equal(first.status, 0, first.stderr);
    assert.deepEqual(first.stdout.trim().split("\n").slice(-5), [
      join(at.root, "engine/start/run.mjs"),
      "cli/main.ts",
      "up",
      "two words",
      "$HOME",
    ]);
    assert.match(first.stderr, /fetching packages/);
    assert.equal(statSync(join(at.root, ".distrobench")).mode & 0o777, 0o700);
    assert.equal(run(at).stderr, "");
    assert.equal(readFileSync(join(at.root, "npm-calls"), "utf8"), "ci --no-audit --no-fund --loglevel=error\n");
  });

  it("fetches them again when the lock file has changed", () => {
    const at = project({ node: ANSWER, npm: NPM });
    run(at);
    execFileSync("touch", ["-d", "1 minute ago", join(at.root, "node_modules/.package-lock.json")]);
    writeFileSync(join(at.root, "package-lock.json"), "2");
    assert.match(run(at).stderr, /fetching packages/);
  });

  it("works through symbolic links", () => {
    const at = project({ node: ANSWER, npm: NPM });
    symlinkSync(at.launcher, join(scratch, "first"));
    symlinkSync("first", join(scratch, "second"));
    assert.match(
      run({ launcher: join(scratch, "second"), path: at.path }).stdout,
      new RegExp(`${at.root}/engine/start/run\\.mjs`),
    );
  });

  it("installs once when it is started twice at the same time", async () => {
    const at = project({ node: ANSWER, npm: NPM });
    const start = () => spawn("/bin/sh", [at.launcher], { env: { PATH: at.path }, stdio: "ignore" });
    const ended = (child: ChildProcess) => new Promise((resolve) => child.on("close", resolve));
    assert.deepEqual(await Promise.all([start(), start(), start()].map(ended)), [0, 0, 0]);
    assert.equal(readFileSync(join(at.root, "npm-calls"), "utf8").split("\n").length, 2);
  });

  it("takes over from a run that was killed while it installed", () => {
    const at = project({ node: ANSWER, npm: NPM });
    mkdirSync(join(at.root, ".distrobench/npm.lock"), { recursive: true });
    writeFileSync(join(at.root, ".distrobench/npm.lock/pid"), "4194303999\n");
    assert.equal(run(at).status, 0);
    assert.equal(existsSync(join(at.root, ".distrobench/npm.lock")), false);
  });

  it("says so where nothing can be written, instead of waiting for a lock that nobody holds", () => {
    const at = project({ node: ANSWER, npm: NPM });
    // A folder in which not even root may make another.
    symlinkSync("/proc/self", join(at.root, ".distrobench"));
    const { status, stderr } = run(at);
    assert.equal(status, 1);
    assert.match(stderr, /nothing can be written below .*: mkdir: .*\n {2}Give this user access/);
  });

  it("says what to do when npm fails, and tries again the next time", () => {
    const at = project({ node: ANSWER, npm: 'test -f broken && exit 7; touch broken; echo "no network" >&2; exit 1' });
    const { status, stderr } = run(at);
    assert.equal(status, 1);
    assert.match(stderr, /no network\ndistrobench: npm ci failed: its messages are above\.\n {2}Try it by hand/);
    assert.match(run(at).stderr, /fetching packages/);
  });
});
