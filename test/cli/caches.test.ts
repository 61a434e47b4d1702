import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { mountsIn } from "../../cli/caches.ts";

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "distrobench-caches-")));
after(() => rmSync(scratch, { recursive: true }));
const disk = join(scratch, "big disk");
mkdirSync(join(disk, "distrobench"), { recursive: true });
const mounts = join(scratch, "mountinfo");
writeFileSync(mounts, `2 1 0:5 / ${disk.replaceAll(" ", "\\040")}/distrobench/root/dev rw - devtmpfs udev rw\n`);

describe("a file system in a cache that is to be removed", () => {
  it("is found where the path has a space, as the kernel escapes it", () => {
    assert.deepEqual(mountsIn(join(disk, "distrobench"), mounts), [`${disk}/distrobench/root/dev`]);
  });

  it("is found where the cache is on another disk, behind a symbolic link", () => {
    symlinkSync(disk, join(scratch, "cache"));
    assert.deepEqual(mountsIn(join(scratch, "cache/distrobench"), mounts), [`${disk}/distrobench/root/dev`]);
  });

  it("is none where there is no cache", () => assert.deepEqual(mountsIn(join(scratch, "nowhere"), mounts), []));
});
