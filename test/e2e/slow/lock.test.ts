import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { exitCodes } from "../../../benchmarks/gate/index.ts";
import { type Sshd, startSshd } from "../../lab/sshd.ts";
import { accessTo, thisDistribution } from "../../lab/this-machine.ts";
import { usableHost } from "../../lab/usable-host.ts";
import { forgetStack } from "../launcher.ts";
import { distrobench, newestOperations, root, sessionsOf } from "../project.ts";

const stack = "zz-lock";
const file = join(root, `stacks/${stack}.lock.json`);
const skip = spawnSync("env", [...usableHost, "true"]).status !== 0 && "needs root, and leave to mount";

interface Locked {
  readonly hosts: { readonly box: { kernel: string; readonly packages: Record<string, string> } };
  readonly benchmarks: { readonly nothing: { readonly session: string } };
}

describe("a stack that is locked", { concurrency: false, skip, timeout: 600_000 }, () => {
  let sshd: Sshd;
  const locked = () => JSON.parse(readFileSync(file, "utf8")) as Locked;

  before(async () => {
    sshd = await startSshd({ inside: usableHost });
    const nothing = { test: "command", hosts: ["box"], blocks: 6, noisyHost: true };
    const whole = {
      version: 1,
      title: "Lock",
      packages: ["node"],
      hosts: { box: { distribution: thisDistribution(), ssh: accessTo(sshd) } },
      benchmarks: { nothing },
    };
    writeFileSync(join(root, `stacks/${stack}.yaml`), JSON.stringify(whole, undefined, 1));
  });

  after(async () => {
    await distrobench("destroy", stack);
    await sshd.stop();
    forgetStack(stack);
  });

  it("can't be locked before it is up", async () => {
    const { code, output } = await distrobench("lock", stack);
    assert.equal(code, 1, output);
    assert.match(output, /zz-lock is not up, so there is nothing to lock.*distrobench up zz-lock/s);
    assert.equal(existsSync(file), false);
  });

  it("has its kernel, its hardware and its session in a file", async () => {
    const { code, output } = await distrobench("up", stack);
    assert.equal(code, 0, output);
    const made = await distrobench("lock", stack);
    assert.equal(made.code, 0, made.output);
    assert.match(made.output, /stacks\/zz-lock\.lock\.json: 1 host, \d+ packages, 0 images, 1 session/);
    const { hosts, benchmarks } = locked();
    assert.ok(hosts.box.packages.nodejs);
    assert.equal(hosts.box.kernel, readFileSync("/proc/sys/kernel/osrelease", "utf8").trim());
    assert.deepEqual([join(root, "results", benchmarks.nothing.session)], sessionsOf(stack));
  });

  it("holds the versions at the next up, which says so and measures nothing again", async () => {
    const { code, output } = await distrobench("up", stack);
    assert.equal(code, 0, output);
    assert.match(output, /As locked in stacks\/zz-lock\.lock\.json\./);
    const changed = newestOperations(stack).filter(({ operation }) => operation !== undefined && operation !== "read");
    assert.deepEqual(
      changed.map(({ operation, type }) => `${operation} ${String(type).split(":").at(-1)}`),
      ["update Packages"],
    );
    assert.equal(sessionsOf(stack).length, 1);
  });

  it("is measured again by reproduce, with what differs by name, and a verdict that is the exit code", async () => {
    const lock = locked();
    const { kernel } = lock.hosts.box;
    lock.hosts.box.kernel = "0.0.1-another";
    writeFileSync(file, JSON.stringify(lock));
    const { code, output, stdout } = await distrobench("reproduce", file);
    assert.equal(sessionsOf(stack).length, 2, output);
    assert.match(
      stdout,
      new RegExp(`^Differences from the lock:\n  box: kernel 0\\.0\\.1-another -> ${kernel.replaceAll(".", "\\.")}\n\n`),
    );
    const [, verdict = "", said] = /\n([A-Z-]+) \(exit code (\d)\)\n$/.exec(stdout) ?? [];
    assert.ok(Object.hasOwn(exitCodes, verdict), output);
    assert.deepEqual([Number(said), code], Array(2).fill(exitCodes[verdict as keyof typeof exitCodes]));
  });

  it("fails where the host has another version of a locked package and keeps it, by name", async () => {
    const lock = locked();
    lock.hosts.box.packages.nodejs = "0.0.1";
    writeFileSync(file, JSON.stringify(lock));
    const { code, output } = await distrobench("up", stack);
    assert.equal(code, 1, output);
    assert.match(output, /box: 1 locked versions are not to be had:\n\s+nodejs 0\.0\.1: /);
  });

  it("can't be reproduced without its sessions: exit code 5, and where they have to be", async () => {
    rmSync(join(root, "results", locked().benchmarks.nothing.session), { recursive: true });
    const { code, output } = await distrobench("reproduce", file);
    assert.equal(code, 5, output);
    assert.match(output, /the locked session \S+ is not here.*beside the lock file/s);
  });
});
