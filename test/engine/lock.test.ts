import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { withLock } from "../../engine/lock.ts";

const scratch = mkdtempSync(join(tmpdir(), "distrobench-lock-"));
after(() => rmSync(scratch, { recursive: true, force: true }));
const quiet = { waiting: () => undefined };

it("a lock lets one holder in at a time and is gone afterwards", async () => {
  const path = join(scratch, "one");
  let inside = 0;
  const hold = async () =>
    await withLock(path, quiet, async () => {
      inside += 1;
      assert.equal(inside, 1);
      await sleep(20);
      inside -= 1;
    });
  await Promise.all([hold(), hold(), hold()]);
  assert.ok(!existsSync(path));
});

for (const [name, content] of [
  ["whose owner is dead", JSON.stringify({ pid: 2 ** 22 + 1, started: "1" })],
  ["whose owner's id belongs to another process now", JSON.stringify({ pid: process.pid, started: "1" })],
  ["that holds rubbish", "rubbish"],
] as const)
  it(`a lock ${name} is taken over`, async () => {
    const path = join(scratch, name.replaceAll(/\W/g, "-"));
    writeFileSync(path, content);
    assert.equal(await withLock(path, quiet, async () => "done"), "done");
  });

it("waiting for a lock ends with the signal", async () => {
  const path = join(scratch, "waiting");
  const pids: number[] = [];
  await withLock(path, quiet, async () => {
    const waiter = withLock(path, { waiting: (pid) => pids.push(pid), signal: AbortSignal.timeout(50) }, async () => undefined);
    await assert.rejects(waiter);
  });
  assert.deepEqual(pids, [process.pid]);
});
