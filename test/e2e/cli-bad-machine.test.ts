import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ensureEngine } from "../../engine/index.ts";
import { forgetStack, launch, poorPath } from "./launcher.ts";
import { distrobench, root } from "./project.ts";

const scratch = mkdtempSync(join(tmpdir(), "distrobench-machine-"));
// Other users look into it too.
chmodSync(scratch, 0o755);
const isRoot = process.getuid?.() === 0;
const QEMU = ["qemu-system-x86_64", "qemu-system-aarch64"].filter((tool) => isThere(tool));
const NOBODY = 65_534;
const SECONDS = 90;
/** Needs nothing of this machine but Pulumi. */
const remote = "zz-bad-remote";
const lab = "zz-bad-lab";

before(() => {
  const host = "distribution: debian, release: trixie";
  writeStack(remote, `server: { ${host}, ssh: { address: 192.0.2.1, privateKeyFile: ~/.ssh/id_ed25519 } }`);
  writeStack(lab, `machine: { ${host}, lab: {} }`);
});
after(() => {
  for (const stack of [remote, lab]) forgetStack(stack);
  rmSync(scratch, { recursive: true });
});

describe("a machine that lacks something", { concurrency: false }, () => {
  it("hears what is missing and the command that brings it, when it may not be installed", () => {
    const { status, stderr, seconds } = launch(["up", lab], { cwd: scratch, environment: { PATH: poorPath(folder("poor")) } });
    assert.equal(status, 1);
    assert.match(stderr, /missing on this machine: QEMU \(runs lab machines\)/);
    assert.match(stderr, /sudo apt-get install --no-install-recommends qemu-system-\w+ qemu-utils mmdebstrap/);
    assert.ok(seconds < SECONDS, `${seconds} s`);
  });

  it("hears that mmdebstrap alone is missing", () => {
    const PATH = poorPath(folder("no-mmdebstrap"), [...QEMU, "qemu-img"]);
    const { status, stderr, seconds } = launch(["up", lab], { cwd: scratch, environment: { PATH } });
    assert.equal(status, 1);
    assert.match(stderr, /^missing on this machine: mmdebstrap \(makes Debian root file systems\)$/m);
    assert.match(stderr, /^sudo apt-get install --no-install-recommends mmdebstrap debian-archive-keyring$/m);
    assert.ok(seconds < SECONDS, `${seconds} s`);
  });

  it("keeps what it lacks in a preview, which only says so", () => {
    const PATH = poorPath(folder("preview"));
    writeFileSync(join(PATH, "apt-get"), "#!/bin/sh\necho called >&2\nexit 9\n", { mode: 0o755 });
    const { status, stderr } = launch(["preview", lab], { cwd: scratch, environment: { PATH } });
    assert.match(stderr, /missing, and to be installed first: QEMU \(runs lab machines\), qemu-img/);
    assert.doesNotMatch(stderr, /called|apt-get install/);
    assert.equal(status, 0, stderr);
  });

  it("without root and sudo gets the command to run instead of a question", { skip: notForOthers() }, () => {
    // apt-get is there, but only root may use it.
    const PATH = poorPath(folder("no-root"), ["apt-get"]);
    const { status, stderr, seconds } = launch(["up", lab], {
      cwd: "/",
      environment: { PATH, HOME: "/nonexistent" },
      user: NOBODY,
    });
    assert.equal(status, 1);
    assert.match(stderr, /^sudo apt-get install --no-install-recommends qemu-system-\w+ qemu-utils mmdebstrap/m);
    assert.doesNotMatch(stderr, /\n\s+at |apt-get install --yes/);
    assert.ok(seconds < SECONDS, `${seconds} s`);
  });

  it("without a home to write to says which folder, and who may not", { skip: notForOthers() }, () => {
    const environment = { HOME: "/nonexistent", XDG_CACHE_HOME: "" };
    const { status, stderr } = launch(["up", remote], { cwd: "/", environment, user: NOBODY });
    assert.equal(status, 1);
    assert.match(stderr, /\/nonexistent\S*: this user may not write or read it \(EACCES\)/);
    assert.doesNotMatch(stderr, /has a fault|\n\s+at /);
  });

  it("without Pulumi, its download and Go hears how to get Go", () => {
    const environment = { PATH: poorPath(folder("no-go")), XDG_CACHE_HOME: offlineCache(folder("empty-cache")) };
    const { status, stderr, seconds } = launch(["up", remote], { cwd: scratch, environment });
    assert.equal(status, 1);
    assert.match(stderr, /Pulumi is not installed, cannot be downloaded here, and there is no Go to build it with/);
    assert.match(stderr, /apt-get install .*golang/);
    assert.doesNotMatch(stderr, /\n\s+at /);
    assert.ok(seconds < SECONDS, `${seconds} s`);
  });

  it("is described by doctor as data", () => {
    const environment = { PATH: poorPath(folder("doctor")) };
    const { status, stdout } = launch(["doctor", "--json"], { cwd: scratch, environment });
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

describe("a machine with a full disk", { concurrency: false }, () => {
  const cache = folder("full");
  const mounted = isRoot && spawnSync("mount", ["-t", "tmpfs", "-o", "size=16m", "none", cache]).status === 0;
  const options = { skip: !mounted && "needs root, and leave to mount" };
  before(() => void (mounted && offlineCache(cache)));
  after(() => void (mounted && spawnSync("umount", [cache])));

  /** Names what is to be done, what that needs, where, and what is there. */
  const noRoom = (work: string) => new RegExp(`${work} needs \\d(\\.\\d)? Gi?B.* ${cache}\\S* has [\\d.]+ [KMG]i?B free`);

  it("does not begin to build Pulumi", options, () => {
    const { status, stderr, seconds } = launch(["up", remote], { cwd: scratch, environment: { XDG_CACHE_HOME: cache } });
    assert.equal(status, 1);
    assert.match(stderr, noRoom("building Pulumi"));
    assert.match(stderr, /free some space, or set XDG_CACHE_HOME/);
    assert.ok(seconds < SECONDS, `${seconds} s`);
  });

  it("is told so by doctor, whatever room the project has", options, () => {
    const { stdout } = launch(["doctor", "--json"], { cwd: scratch, environment: { XDG_CACHE_HOME: cache } });
    const { checks } = JSON.parse(stdout) as { checks: { name: string; status: string; found: string }[] };
    const space = checks.find(({ name }) => name === "disk space");
    assert.equal(space?.status, "note");
    assert.match(space?.found ?? "", /^[\d.]+ [KM]iB free$/);
  });

  it("does not begin to build a lab disk", options, async () => {
    const engine = await ensureEngine({ root, progress: () => undefined });
    const environment = {
      XDG_CACHE_HOME: cache,
      // The engine as if it were the user's own.
      PATH: [dirname(engine.command), process.env.PATH].join(delimiter),
      PULUMI_HOME: folder("pulumi-home"),
    };
    try {
      const { status, stderr, seconds } = launch(["up", lab], { cwd: scratch, environment });
      assert.equal(status, 1);
      assert.match(stderr, noRoom("a lab disk"));
      assert.match(stderr, /free some space, or point XDG_CACHE_HOME to another disk\nWhat was done is kept/);
      assert.ok(seconds < SECONDS, `${seconds} s`);
    } finally {
      await distrobench("destroy", lab);
    }
  });
});

function writeStack(stack: string, host: string): void {
  writeFileSync(join(root, `stacks/${stack}.yaml`), `version: 1\ntitle: ${stack}\npackages: []\nhosts:\n  ${host}\n`);
}

function folder(name: string): string {
  const path = join(scratch, name);
  mkdirSync(path, { recursive: true });
  return path;
}

/** A cache without an engine, for which the downloads are known not to be reachable. */
function offlineCache(path: string): string {
  mkdirSync(join(path, "distrobench"), { recursive: true });
  writeFileSync(join(path, "distrobench/downloads-unreachable"), "");
  return path;
}

function isThere(tool: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${tool}`]).status === 0;
}

/** Why a case with another user cannot be tried, if so. */
function notForOthers(): string | false {
  if (!isRoot) return "needs root, to become another user";
  const readable = spawnSync("test", ["-r", join(root, "cli/main.ts")], { uid: NOBODY, gid: NOBODY }).status === 0;
  return !readable && "other users may not enter this project's folder";
}
