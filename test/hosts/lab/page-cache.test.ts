import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { dropDiskCache } from "../../../hosts/lab/page-cache.ts";

const MEBIBYTE = 2 ** 20;
// Not the folder for temporary files, which is often in memory.
const root = mkdtempSync(join(import.meta.dirname, ".page-cache-"));
const { signal } = new AbortController();
after(() => rmSync(root, { recursive: true }));

function residentBytes(file: string): number {
  return Number(execFileSync("fincore", ["--bytes", "--noheadings", "--output", "RES", file]).toString());
}

test("after a drop nothing of a machine's disk is in memory: neither its overlay as just written, nor what lies below it", async () => {
  const [machine, below] = [join(root, "machine"), join(root, "below.qcow2")];
  mkdirSync(machine);
  writeFileSync(below, randomBytes(8 * MEBIBYTE), { mode: 0o400 });
  symlinkSync(below, join(machine, "base.qcow2"));
  writeFileSync(join(machine, "overlay.qcow2"), randomBytes(4 * MEBIBYTE));
  readFileSync(below);
  assert.ok(residentBytes(below) >= 8 * MEBIBYTE);
  assert.equal(await dropDiskCache(machine, signal), 0);
  assert.deepEqual([residentBytes(below), residentBytes(join(machine, "overlay.qcow2"))], [0, 0]);
});

test("what can't be dropped is told in bytes", { skip: shared() }, async () => {
  const machine = mkdtempSync("/dev/shm/page-cache-");
  try {
    writeFileSync(join(machine, "overlay.qcow2"), randomBytes(MEBIBYTE));
    assert.equal(await dropDiskCache(machine, signal), MEBIBYTE);
  } finally {
    rmSync(machine, { recursive: true });
  }
});

/** Why this machine has no file system in memory to try it on. */
function shared(): string | false {
  return readFileSync("/proc/mounts", "utf8").includes(" /dev/shm tmpfs ") ? false : "no tmpfs on /dev/shm";
}
