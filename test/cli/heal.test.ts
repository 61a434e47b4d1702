import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { halfCreated, heal } from "../../cli/heal.ts";
import { type Pulumi, stateFile } from "../../cli/pulumi.ts";
import { memoryContext } from "./memory-context.ts";

const scratch = mkdtempSync(join(tmpdir(), "distrobench-heal-"));
after(() => rmSync(scratch, { recursive: true }));
let count = 0;

function project(backend: "project" | "user" = "project") {
  const root = join(scratch, String(++count));
  const locks = join(root, ".distrobench/state/.pulumi/locks/organization/distrobench/one");
  mkdirSync(locks, { recursive: true });
  const calls: { readonly args: readonly string[]; readonly input: string | undefined }[] = [];
  const pulumi: Pulumi = {
    engine: { kind: "path", command: "pulumi", version: "3.259.0", standIns: false },
    settings: { backend, variables: {} },
    variables: {},
    show: () => Promise.reject(new Error("not used")),
    capture: async (args, input) => {
      calls.push({ args, input });
      return { code: 0, stdout: JSON.stringify(EXPORTED), stderr: "" };
    },
  };
  return { locks, calls, root, heal: async () => await heal(memoryContext({ root }).context, pulumi, "one") };
}

const EXPORTED = {
  version: 3,
  deployment: {
    resources: [{ urn: "a", type: "t" }],
    pending_operations: [{ resource: { urn: "b", type: "t" }, type: "creating" }],
  },
};

function writeLock(folder: string, pid: number, host = hostname()): string {
  const file = join(folder, `${pid}-${host}.json`);
  writeFileSync(file, JSON.stringify({ pid, username: "u", hostname: host, timestamp: "2026-01-01T00:00:00Z" }));
  return file;
}

function deadProcess(): number {
  return spawnSync("true").pid;
}

describe("what a killed run left", () => {
  it("is unlocked when its process is gone", async () => {
    const { locks, heal: repair } = project();
    const pid = deadProcess();
    const file = writeLock(locks, pid);
    assert.deepEqual(await repair(), [`removed the lock of process ${pid}, which is gone`]);
    assert.equal(existsSync(file), false);
  });

  it("is unlocked when its process number belongs to another program by now", async () => {
    const { locks, heal: repair } = project();
    const file = writeLock(locks, process.pid);
    await repair();
    assert.equal(existsSync(file), false);
  });

  it("is unlocked when its engine is dead and nobody has waited for it yet", async () => {
    const { locks, heal: repair, root } = project();
    copyFileSync("/bin/true", join(root, "pulumi"));
    // The shell becomes a program that never waits for its child.
    const parent = spawn("sh", ["-c", './pulumi & echo "$!"; exec sleep 60'], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const [line] = (await once(parent.stdout, "data")) as [Buffer];
      const pid = Number(line.toString());
      const zombie = () => readFileSync(`/proc/${pid}/stat`, "utf8").includes("(pulumi) Z");
      for (let tries = 0; tries < 100 && !zombie(); tries += 1) await sleep(20);
      assert.ok(zombie());
      writeLock(locks, pid);
      assert.equal((await repair()).length, 1);
    } finally {
      parent.kill();
    }
  });

  it("stays locked when the lock is another machine's", async () => {
    const { locks, heal: repair, calls } = project();
    const file = writeLock(locks, deadProcess(), "another-machine");
    assert.deepEqual(await repair(), []);
    assert.equal(existsSync(file), true);
    assert.deepEqual(calls, []);
  });

  it("loses files of the state that were cut off while they were written, and no others", async () => {
    const { root, heal: repair } = project();
    const state = stateFile(root, "one");
    mkdirSync(join(state, ".."), { recursive: true });
    writeFileSync(state, "{}");
    for (const [name, text] of Object.entries({
      "one.json.attrs": "",
      "one.json.5.tmp": "{",
      "one.json.bak.attrs": "{}",
      "one2.json.attrs": "",
    }))
      writeFileSync(join(state, "..", name), text);
    assert.deepEqual((await repair()).map((told) => told.split(",")[0]).sort(), [
      "removed one.json.5.tmp",
      "removed one.json.attrs",
    ]);
    assert.deepEqual(readdirSync(join(state, "..")).sort(), ["one.json", "one.json.bak.attrs", "one2.json.attrs"]);
  });

  it("loses its pending operations and nothing else", async () => {
    const { root, heal: repair, calls } = project();
    mkdirSync(join(stateFile(root, "one"), ".."), { recursive: true });
    writeFileSync(stateFile(root, "one"), '{"pending_operations":[]}');
    assert.deepEqual(await repair(), ["1 operation of a run that was killed will be done again"]);
    assert.deepEqual(
      calls.map(({ args }) => args[1]),
      ["export", "import"],
    );
    assert.deepEqual(JSON.parse(calls[1]?.input ?? ""), { version: 3, deployment: { resources: [{ urn: "a", type: "t" }] } });
  });

  it("is taken away by a destroy when it was being made, and is no resource twice", () => {
    const tuning = { urn: "b", type: "distrobench:tuning:Tuning", inputs: { host: "box" } };
    const pending = [
      { type: "creating", resource: tuning },
      { type: "updating", resource: { ...tuning, urn: "c" } },
      { type: "creating", resource: { ...tuning, urn: "a" } },
      { type: "creating", resource: { ...tuning, urn: "d", type: "distrobench:hosts:Host" } },
    ];
    assert.deepEqual(halfCreated(pending, [{ urn: "a", type: "t" }]), [{ ...tuning, id: "begun", outputs: { host: "box" } }]);
  });

  it("is left alone in a backend of the user's", async () => {
    const { locks, heal: repair } = project("user");
    const file = writeLock(locks, deadProcess());
    assert.deepEqual(await repair(), []);
    assert.equal(existsSync(file), true);
  });
});
