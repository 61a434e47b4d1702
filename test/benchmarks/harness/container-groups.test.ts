import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { controlGroup } from "../../../benchmarks/harness/control-group.ts";
import { containerGroups } from "../../../benchmarks/harness/leftovers.ts";

const ID = "0123456789abcdef".repeat(4);
const scratch = mkdtempSync(join(tmpdir(), "distrobench-groups-"));
after(() => rmSync(scratch, { recursive: true }));

/** A file system of control groups; paths relative to its root. */
function tree(...groups: readonly string[]): string {
  const root = mkdtempSync(join(scratch, "root-"));
  for (const group of groups) mkdirSync(join(root, group), { recursive: true });
  return root;
}

describe("the control groups of a container", () => {
  it("are one with version 2, in a slice or in the flat folder of the cgroupfs driver", () => {
    for (const group of [`system.slice/docker-${ID}.scope`, `docker/${ID}`, `machine.slice/libpod-${ID}.scope`]) {
      const root = tree(group, "system.slice/ssh.service");
      writeFileSync(join(root, "cgroup.controllers"), "cpu memory\n");
      assert.deepEqual(containerGroups(ID, root), [join(root, group)]);
    }
  });

  it("are not that of Podman's monitor, which carries the same id", () => {
    const root = tree(`machine.slice/libpod-conmon-${ID}.scope`, `machine.slice/libpod-${ID}.scope`);
    writeFileSync(join(root, "cgroup.controllers"), "cpu memory\n");
    for (const [name, file] of [
      ["libpod-conmon", "monitor"],
      ["libpod", "container"],
    ])
      writeFileSync(join(root, `machine.slice/${name}-${ID}.scope/cgroup.controllers`), `${file}\n`);
    const groups = [...containerGroups(ID, root)].sort();
    assert.equal(groups.length, 2);
    for (const order of [groups, groups.toReversed()])
      assert.equal(controlGroup(order)?.read("cpu", "cgroup.controllers"), "container\n");
  });

  it("are one per hierarchy with version 1, each once though links lead there too", () => {
    const root = tree(
      `cpu,cpuacct/docker/${ID}`,
      `memory/system.slice/docker-${ID}.scope`,
      `systemd/docker/${ID}`,
      "pids/docker",
    );
    symlinkSync("cpu,cpuacct", join(root, "cpu"));
    const found = [`cpu,cpuacct/docker/${ID}`, `memory/system.slice/docker-${ID}.scope`, `systemd/docker/${ID}`];
    assert.deepEqual(
      containerGroups(ID, root),
      found.map((group) => join(root, group)),
    );
    assert.deepEqual(containerGroups("f".repeat(64), root), []);
    assert.equal(containerGroups(undefined, root).length, 3);
  });
});
