import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { lockAddress, withLock } from "../../hosts/lock.ts";

const scratch = mkdtempSync(join(tmpdir(), "distrobench-lock-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** Another process that holds the lock until it is killed. */
async function holdElsewhere(path: string, holder: string) {
  const lock = new URL("../../hosts/lock.ts", import.meta.url).href;
  const script = `import(${JSON.stringify(lock)}).then(({ withLock }) => withLock(${JSON.stringify(path)}, { holder: ${JSON.stringify(holder)} },
    () => new Promise((resolve) => { console.log("held"); setTimeout(resolve, 60_000); })));`;
  const child = spawn(process.execPath, ["--import", "tsx", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

describe("a lock", () => {
  it("never lets two work at once and keeps their order", async () => {
    const path = join(scratch, "order");
    const events: string[] = [];
    const waits: string[] = [];
    const job = (name: string) =>
      withLock(path, { holder: name, onWait: (holder) => waits.push(`${name} waits for ${holder}`) }, async () => {
        events.push(`${name} starts`);
        await sleep(5);
        events.push(`${name} ends`);
      });
    await Promise.all(["a", "b", "c"].map(job));
    assert.deepEqual(events, ["a starts", "a ends", "b starts", "b ends", "c starts", "c ends"]);
    assert.deepEqual(waits, ["b waits for a", "c waits for a"]);
  });

  it("is given back after a failure", async () => {
    const path = join(scratch, "failure");
    await assert.rejects(
      withLock(path, {}, () => Promise.reject(new Error("broken"))),
      /broken/,
    );
    assert.equal(await withLock(path, {}, async () => "done"), "done");
  });

  it("can be given up while waiting, which leaves the others their turn", async () => {
    const path = join(scratch, "abort");
    const abort = new AbortController();
    const events: string[] = [];
    const first = withLock(path, {}, () => sleep(50));
    const second = assert.rejects(
      withLock(path, { signal: abort.signal }, async () => void events.push("second")),
      /enough/,
    );
    const third = withLock(path, {}, async () => void events.push("third"));
    abort.abort(new Error("enough"));
    await second;
    const fourth = withLock(path, {}, async () => void events.push("fourth"));
    assert.deepEqual(events, []);
    await Promise.all([first, third, fourth]);
    assert.deepEqual(events, ["third", "fourth"]);
  });

  it("of another path is another lock", async () => {
    const inner = () => withLock(join(scratch, "two"), {}, async () => "both");
    assert.equal(await withLock(join(scratch, "one"), {}, inner), "both");
  });

  it("of another process is waited for, names it, and goes with it, even after kill -9", async () => {
    const path = join(scratch, "elsewhere");
    const child = await holdElsewhere(path, "one of stack prod");
    const waits: string[] = [];
    const onWait = (holder: string) => void waits.push(holder);
    await assert.rejects(
      withLock(path, { onWait, signal: AbortSignal.timeout(100) }, async () => undefined),
      { name: "TimeoutError" },
    );
    let done = false;
    const mine = withLock(path, { onWait }, async () => {
      done = true;
    });
    await sleep(50);
    assert.equal(done, false);
    child.kill("SIGKILL");
    await mine;
    const named = `one of stack prod (process ${child.pid})`;
    assert.deepEqual(waits, [named, named]);
  });
});

describe("the address of a lock", () => {
  it("is the same for the same path, and another one for another path", () => {
    for (const version of ["18.19.1", "20.9.0"]) {
      assert.deepEqual(lockAddress("/a/b", version), lockAddress("/a/./b", version));
      assert.notDeepEqual(lockAddress("/a/b", version), lockAddress("/a/c", version));
    }
  });

  it("is an abstract name, or this machine's own loopback where Node.js is too old for one", () => {
    assert.deepEqual(Object.keys(lockAddress("/a", "20.9.0")), ["path"]);
    const old = lockAddress("/a", "18.19.1");
    assert.ok("port" in old && old.port >= 2 ** 15 && old.port < 2 ** 16);
    assert.match(old.host, /^127\.\d+\.\d+\.[1-9]\d*$/);
  });
});
