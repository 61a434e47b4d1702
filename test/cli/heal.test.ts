import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { clean } from "../../cli/commands/clean.ts";
import { heal, refuseBusy } from "../../cli/heal.ts";
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
  return { locks, calls, root, pulumi, heal: async () => await heal(memoryContext({ root }).context, pulumi, "one") };
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
    // The shell becomes a program that never waits for its child, which ends only then.
    const child = 'until [ "$(cat /proc/$$/comm)" = sleep ]; do sleep 0.02; done; exec ./pulumi';
    const parent = spawn("sh", ["-c", `(${child}) & echo "$!"; exec sleep 60`], {
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

  it("is no leftover while it is at work: nothing is cleaned away, and no other run begins", async () => {
    const { locks, root } = project();
    copyFileSync("/bin/sleep", join(root, "pulumi"));
    const child = spawn(join(root, "pulumi"), ["60"]);
    try {
      await once(child, "spawn");
      const context = memoryContext({ root, environment: { XDG_CACHE_HOME: join(root, "cache") } }).context;
      mkdirSync(join(root, "cache/distrobench"), { recursive: true });
      writeLock(locks, child.pid ?? 0);
      await assert.rejects(clean(context), /a run works on the stack one \(process \d+\)/);
      assert.ok(existsSync(join(root, "cache/distrobench")));
      assert.throws(() => refuseBusy(root, "one"), /another run works on the stack one \(process \d+\): nothing was done here/);
      refuseBusy(root, "two");
      child.kill();
      await once(child, "exit");
      refuseBusy(root, "one");
      await clean(context);
      assert.equal(existsSync(join(root, "cache/distrobench")), false);
    } finally {
      child.kill();
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

  describe("is, where it was being made,", () => {
    const host = { urn: "h", type: "distrobench:hosts:Host" };
    const tuning = {
      ...{ urn: "b", type: "distrobench:tuning:Tuning", inputs: { host: "box" } },
      ...{ provider: "p::1", dependencies: ["h", "gone"], propertyDependencies: { host: ["gone"] } },
    };
    const PENDING = [
      { type: "creating", resource: tuning },
      { type: "updating", resource: { ...tuning, urn: "c" } },
      { type: "creating", resource: { ...tuning, urn: "a" } },
      { type: "creating", resource: { ...tuning, urn: "d", type: "distrobench:hosts:Host" } },
      { type: "creating", resource: { ...tuning, urn: "e", provider: "another::1" } },
    ];
    const RESOURCES = [{ urn: "a", type: "t" }, { urn: "p", type: "pulumi:providers:distrobench" }, host];
    const HALF = {
      ...{ urn: "b", type: tuning.type, inputs: tuning.inputs, provider: "p::1", id: "begun", outputs: { host: "box" } },
      dependencies: ["h"],
    };

    /** A stack whose state is what was imported last. */
    function stack() {
      let state: unknown = { deployment: { resources: RESOURCES, pending_operations: PENDING } };
      const at = project();
      const write = () => writeFileSync(stateFile(at.root, "one"), JSON.stringify(state));
      mkdirSync(join(stateFile(at.root, "one"), ".."), { recursive: true });
      write();
      const pulumi: Pulumi = {
        ...at.pulumi,
        capture: async (args, input) => {
          if (args[1] === "import") state = JSON.parse(input ?? "");
          write();
          return { code: 0, stdout: JSON.stringify(state), stderr: "" };
        },
      };
      return {
        heal: async (destroying: boolean) => await heal(memoryContext({ root: at.root }).context, pulumi, "one", { destroying }),
        resources: () => (state as { deployment: { resources: unknown[] } }).deployment.resources,
        make: (made: unknown) => {
          state = { deployment: { resources: [...RESOURCES, made] } };
          write();
        },
      };
    }

    it("taken away by a destroy, as a resource without ties to what is gone", async () => {
      const { heal: repair, resources } = stack();
      assert.deepEqual(await repair(true), ["1 of what a run that was killed had begun to make will be taken away"]);
      assert.deepEqual(resources(), [...RESOURCES, HALF]);
    });

    it("taken away by a destroy also when a second up was killed before it came that far", async () => {
      const { heal: repair, resources } = stack();
      await repair(false);
      assert.deepEqual(resources(), RESOURCES);
      assert.deepEqual(await repair(false), []);
      await repair(true);
      assert.deepEqual(resources(), [...RESOURCES, HALF]);
    });

    it("an ordinary resource when a second up has made it, and forgotten then", async () => {
      const { heal: repair, resources, make } = stack();
      await repair(false);
      make(tuning);
      assert.deepEqual(await repair(true), []);
      make(host);
      assert.deepEqual(await repair(true), []);
      assert.deepEqual(resources(), [...RESOURCES, host]);
    });
  });

  it("is left alone in a backend of the user's", async () => {
    const { locks, heal: repair } = project("user");
    const file = writeLock(locks, deadProcess());
    assert.deepEqual(await repair(), []);
    assert.equal(existsSync(file), true);
  });
});
