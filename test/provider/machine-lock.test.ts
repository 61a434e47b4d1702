import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { withMachine } from "../../provider/machine-lock.ts";

interface Try {
  readonly holder?: string;
  readonly signal?: AbortSignal;
  readonly waits?: string[];
}

function inDirectory(
  work: (lock: (work: () => Promise<void>, how?: Try) => Promise<void>, file: string, directory: string) => Promise<void>,
) {
  return async () => {
    const directory = mkdtempSync(join(tmpdir(), "distrobench-locks-"));
    const lock = (job: () => Promise<void>, { holder = "me", signal = new AbortController().signal, waits = [] }: Try = {}) =>
      withMachine("machine/1", { directory, holder, signal, onWait: (name) => void waits.push(name) }, job);
    try {
      await work(lock, join(directory, "machine_1.lock"), directory);
    } finally {
      rmSync(directory, { recursive: true });
    }
  };
}

test(
  "work on one machine never overlaps and keeps its order",
  inDirectory(async (lock, file) => {
    const events: string[] = [];
    const waits: string[] = [];
    const job = (name: string) => async () => {
      events.push(`${name} starts`);
      await sleep(5);
      events.push(`${name} ends`);
    };
    await Promise.all(["a", "b", "c"].map((name) => lock(job(name), { holder: name, waits })));
    assert.deepEqual(events, ["a starts", "a ends", "b starts", "b ends", "c starts", "c ends"]);
    assert.equal(waits[0], "a");
    assert.equal(existsSync(file), false);
  }),
);

test(
  "the lock is given back after a failure",
  inDirectory(async (lock, file) => {
    await assert.rejects(
      lock(() => Promise.reject(new Error("broken"))),
      /broken/,
    );
    await lock(async () => assert.equal(JSON.parse(readFileSync(file, "utf8")).pid, process.pid));
    assert.equal(existsSync(file), false);
  }),
);

test(
  "who waits can be stopped, and leaves the others their turn",
  inDirectory(async (lock) => {
    const abort = new AbortController();
    const events: string[] = [];
    const first = lock(() => sleep(50));
    const second = assert.rejects(
      lock(async () => void events.push("second"), { signal: abort.signal }),
      /enough/,
    );
    const third = lock(async () => void events.push("third"));
    abort.abort(new Error("enough"));
    await second;
    assert.deepEqual(events, []);
    await Promise.all([first, third]);
    assert.deepEqual(events, ["third"]);
  }),
);

test(
  "another process' lock is waited for and named; after its death it is taken over",
  inDirectory(async (lock, file, directory) => {
    const child = spawn("sleep", ["60"]);
    await once(child, "spawn");
    const started = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.split(" ")[19];
    mkdirSync(directory, { recursive: true });
    writeFileSync(file, JSON.stringify({ pid: child.pid, started, holder: "one of stack prod" }));
    const waits: string[] = [];
    let done = false;
    const mine = lock(
      async () => {
        done = true;
      },
      { waits },
    );
    await sleep(100);
    assert.equal(done, false);
    assert.deepEqual(waits, [`one of stack prod (process ${child.pid})`]);
    child.kill("SIGKILL");
    await mine;
    assert.equal(done, true);
  }),
);

test(
  "a lock of a process whose id was given to another is taken over",
  inDirectory(async (lock, file) => {
    writeFileSync(file, JSON.stringify({ pid: process.pid, started: "1", holder: "before the reboot" }));
    const waits: string[] = [];
    await lock(async () => undefined, { waits });
    assert.deepEqual(waits, []);
  }),
);

test(
  "a damaged lock file belongs to nobody",
  inDirectory(async (lock, file) => {
    writeFileSync(file, "{");
    await lock(async () => undefined);
    assert.equal(existsSync(file), false);
  }),
);
