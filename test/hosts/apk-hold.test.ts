import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { Shell } from "../../hosts/index.ts";
import { apk } from "../../hosts/packages/apk.ts";

const folder = mkdtempSync(join(tmpdir(), "distrobench-apk-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const [world, held, broken] = ["world", "lib/held", "broken"].map((name) => join(folder, name)) as [string, string, string];

/** Knows one package, and notes in the world what it is asked for unless it is broken. */
const APK = `#!/bin/sh
case $1 in
list) echo "linux-lts-6.12.69-r0 x86_64 {linux-lts} (GPL-2.0-only) [installed]" ;;
add) [ ! -e ${broken} ] || exit 1; for word; do :; done; printf 'busybox\\n%s\\n' "$word" >${world} ;;
esac
`;
writeFileSync(join(folder, "apk"), APK, { mode: 0o755 });

function run(script: Shell): number | null {
  const text = script.toString().replaceAll("/etc/apk/world", world).replaceAll("/var/lib/distrobench", join(folder, "lib"));
  return spawnSync("sh", ["-c", text], { env: { ...process.env, PATH: `${folder}:${process.env.PATH}` } }).status;
}

describe("a hold in apk's world", () => {
  test("that apk refused leaves nothing, and can be had later", () => {
    writeFileSync(world, "busybox\nlinux-lts\n");
    writeFileSync(broken, "");
    assert.notEqual(run(apk.hold(["linux-lts"])), 0);
    assert.equal(existsSync(held), false);
    rmSync(broken);
    for (const _ of [1, 2]) assert.equal(run(apk.hold(["linux-lts"])), 0);
    assert.equal(readFileSync(world, "utf8"), "busybox\nlinux-lts=6.12.69-r0\n");
    assert.equal(run(apk.unhold(["linux-lts"])), 0);
    assert.deepEqual([readFileSync(world, "utf8"), existsSync(held)], ["busybox\nlinux-lts\n", false]);
  });

  test("that a run noted and was killed before it had is made by the next one", () => {
    writeFileSync(world, "busybox\nlinux-lts\n");
    mkdirSync(held, { recursive: true });
    writeFileSync(join(held, "linux-lts"), "linux-lts\n");
    assert.equal(run(apk.hold(["linux-lts"])), 0);
    assert.equal(readFileSync(world, "utf8"), "busybox\nlinux-lts=6.12.69-r0\n");
  });
});
