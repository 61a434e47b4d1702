import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createProject, type Project } from "./engine/project.ts";
import { type Sshd, startSshd } from "./engine/sshd.ts";

const folder = mkdtempSync(join(tmpdir(), "distrobench-command-"));
const remote = join(folder, "remote");

const program = `
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
const { TRIGGER = "1", LIMIT = "10", FAIL, HANG, KEY = "", HOSTKEY = "", PORT = "", SSHUSER = "" } = process.env;
const connection = { host: "127.0.0.1", port: Number(PORT), user: SSHUSER, privateKey: pulumi.secret(KEY), hostKey: HOSTKEY, dialErrorLimit: Number(LIMIT) };
const local = new command.local.Command("local", {
  create: "echo created", update: "echo updated", triggers: ["fixed", TRIGGER],
  delete: "echo $PULUMI_COMMAND_STDOUT >> ${folder}/deleted",
});
const far = new command.remote.Command("far", { connection, create: "echo here $(id -un)", stdin: "x", delete: "echo far >> ${folder}/deleted" });
new command.remote.CopyToRemote("copy", { connection, source: new pulumi.asset.StringAsset("hello"), remotePath: "${remote}/deep/er/hello.txt" });
if (FAIL) new command.local.Command("failing", { create: "echo about to fail; exit 7" });
if (HANG) new command.local.Command("hanging", { create: "exec sleep 98.7" });
export const stdout = local.stdout;
export const there = far.stdout;
`;

describe("the command stand-in under the real engine", () => {
  let sshd: Sshd;
  let project: Project;
  let access: Record<string, string>;

  before(async () => {
    mkdirSync(remote);
    sshd = await startSshd();
    access = { KEY: sshd.privateKey, HOSTKEY: sshd.hostKey, PORT: String(sshd.port), SSHUSER: sshd.user };
    project = await createProject(join(folder, "project"));
    project.program(program);
  });
  after(async () => {
    await sshd?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("previews unknown outputs, runs nothing, and warns of nothing", async () => {
    const preview = await project.run(["preview"], access);
    assert.match(preview.stdout, /stdout: .*unknown/);
    assert.doesNotMatch(preview.stdall, /warning/);
    assert.ok(!existsSync(join(remote, "deep")));
  });

  it("creates locally, over SSH and by copy, and keeps secrets out of state and output", async () => {
    const up = await project.run(["up", "--yes", "--skip-preview"], access);
    assert.deepEqual(await project.outputs(), { stdout: "created", there: `here ${sshd.user}` });
    assert.equal(readFileSync(join(remote, "deep/er/hello.txt"), "utf8"), "hello");
    const line = sshd.privateKey.split("\n")[2] ?? "";
    const state = await project.run(["stack", "export"]);
    assert.ok(line.length > 20);
    assert.ok(!state.stdout.includes(line) && !up.stdall.includes(line));
    assert.match(state.stdout, /"connection": \{\s+"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"/);
  });

  it("replaces on one changed trigger, and does not copy again when only the connection changed", async () => {
    writeFileSync(join(remote, "deep/er/hello.txt"), "touched");
    const up = await project.run(["up", "--yes", "--skip-preview"], { ...access, TRIGGER: "2", LIMIT: "11" });
    assert.match(up.stdout, /2 updated/);
    assert.match(up.stdout, /1 replaced/);
    assert.equal(readFileSync(join(remote, "deep/er/hello.txt"), "utf8"), "touched");
    assert.equal(readFileSync(join(folder, "deleted"), "utf8"), "created\n");
  });

  it("stores nothing of a failed command and shows what it printed", async () => {
    const up = await project.start(["up", "--yes", "--skip-preview"], { ...access, TRIGGER: "2", LIMIT: "11", FAIL: "1" });
    assert.notEqual(up.exitCode, 0);
    assert.match(up.stdout, /exit status 7: running "echo about to fail; exit 7":\n\s*about to fail/);
    assert.doesNotMatch((await project.run(["stack", "export"])).stdout, /"failing"|::failing"/);
  });

  it("leaves no process after ^C", async () => {
    const variables = { ...access, TRIGGER: "2", LIMIT: "11", HANG: "1" };
    const running = project.spawn(["up", "--yes", "--skip-preview"], variables);
    const ended = new Promise((resolve) => running.once("exit", resolve));
    await new Promise<void>((resolve) =>
      running.stdout.on("data", (chunk) => {
        if (String(chunk).includes("hanging creating")) resolve();
      }),
    );
    await sleep(500);
    assert.ok(await isRunning("98.7"));
    const started = performance.now();
    running.kill("SIGINT");
    assert.notEqual(await ended, 0);
    assert.ok(performance.now() - started < 15_000);
    assert.ok(!(await isRunning("98.7")));
  });

  it("destroys with what is stored and ends with exit code 0", async () => {
    await project.run(["destroy", "--yes", "--skip-preview"], access);
    assert.deepEqual(readFileSync(join(folder, "deleted"), "utf8").trim().split("\n").sort(), ["created", "created", "far"]);
    assert.equal(readFileSync(join(remote, "deep/er/hello.txt"), "utf8"), "touched");
  });
});

async function isRunning(argument: string): Promise<boolean> {
  const { readdir, readFile } = await import("node:fs/promises");
  const lines = await Promise.all(
    (await readdir("/proc"))
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return lines.some((line) => line === `sleep\0${argument}\0`);
}
