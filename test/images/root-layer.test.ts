import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { SOURCE_DATE_EPOCH } from "../../images/base.ts";
import { type RootLayer, writeRootLayer } from "../../images/root-layer.ts";

const work = mkdtempSync(join(tmpdir(), "distrobench-root-layer-"));
after(() => rmSync(work, { recursive: true, force: true }));
const { signal } = new AbortController();

const root = join(work, "root");
const long = `usr/share/${"a-long-name/".repeat(12)}file`;
const status =
  "Package: libc6\nStatus: install ok installed\nVersion: 2.41-12\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n";
for (const [path, content] of [
  ["etc/passwd", "root:x:0:0::/root:/bin/sh\n"],
  ["usr/bin/perl5.40", "x".repeat(3000)],
  ["usr/share/käse", ""],
  [long, "far away"],
  ["var/lib/dpkg/status", status],
] as const) {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), content);
}
linkSync(join(root, "usr/bin/perl5.40"), join(root, "usr/bin/perl"));
symlinkSync("perl", join(root, "usr/bin/sh"));
chmodSync(join(root, "usr/bin/perl"), 0o4755);
utimesSync(join(root, "etc/passwd"), 1_600_000_000, 1_600_000_000);

/** Everything below the root, parents first. */
const paths = [".", ...readdirSync(root, { recursive: true, encoding: "utf8" }).map((path) => `./${path}`)];

let made = 0;
function archive(order: readonly string[], ...options: string[]): string {
  made += 1;
  const [tar, list] = [join(work, `${made}.tar`), join(work, `${made}.list`)];
  writeFileSync(list, `${order.join("\n")}\n`);
  execFileSync("tar", ["-C", root, ...options, "--no-recursion", "-cf", tar, "-T", list]);
  return tar;
}

async function layer(tar: string): Promise<RootLayer> {
  return await writeRootLayer(tar, join(work, `layer-${made}`), signal);
}

const mmdebstraps = ["--format=pax", "--numeric-owner", "--owner=0", "--group=0", "--xattrs"];

/** What `tar` reads in the layer that was written last. */
function read(...words: string[]): string {
  const file = readdirSync(work).find((name) => name.startsWith(`layer-${made}.tar`)) ?? "";
  const [program, path] = [file.endsWith(".zst") ? "zstd" : "gzip", join(work, file)];
  return execFileSync("sh", [
    "-c",
    '"$1" -dcq "$2" | { shift 2; TZ=UTC exec tar "$@"; }',
    "sh",
    program,
    path,
    ...words,
    "-f",
    "-",
  ]).toString();
}

test("one root file system is one layer, in whichever order and form it was archived, by whom and when", async () => {
  const first = await layer(archive(paths, ...mmdebstraps));
  const later = new Date(1_800_000_000_000);
  for (const path of ["usr/bin/perl", long, "var"]) utimesSync(join(root, path), later, later);
  const second = await layer(archive([...paths].reverse(), "--format=gnu", "--owner=somebody:0", "--group=people:0"));
  const third = await layer(archive([...paths].sort(), "--format=ustar", "--owner=other:0", "--group=0"));
  assert.deepEqual(second, first);
  assert.deepEqual(third, first);
  assert.deepEqual(first.packages, { libc6: "2.41-12" });
});

test("the layer is the archive that its digest names, and holds what was there", async () => {
  const { digest, size } = await layer(archive(paths, ...mmdebstraps));
  const file = readdirSync(work).find((name) => name.startsWith(`layer-${made}.tar`)) ?? "";
  const plain = execFileSync(file.endsWith(".zst") ? "zstd" : "gzip", ["-dcq", join(work, file)], { maxBuffer: 2 ** 24 });
  assert.equal(plain.length, size);
  assert.equal(digest, `sha256:${createHash("sha256").update(plain).digest("hex")}`);
  const listed = read("--full-time", "--numeric-owner", "--quoting-style=literal", "-tv").trim().split("\n");
  const fields = listed.map((line) => line.replace(/ +/g, " "));
  const epoch = new Date(SOURCE_DATE_EPOCH * 1000).toISOString().slice(0, 19).replace("T", " ");
  assert.equal(fields[0]?.replace(/^drwx\S+ /, ""), `0/0 0 ${epoch} ./`);
  assert.ok(fields.includes("-rw-r--r-- 0/0 26 2020-09-13 12:26:40 etc/passwd"), listed.join("\n"));
  assert.ok(fields.includes(`-rwsr-xr-x 0/0 3000 ${epoch} usr/bin/perl`));
  assert.ok(fields.includes(`hrwsr-xr-x 0/0 0 ${epoch} usr/bin/perl5.40 link to usr/bin/perl`));
  assert.ok(fields.includes(`lrwxrwxrwx 0/0 0 ${epoch} usr/bin/sh -> perl`));
  assert.equal(read("-xO", long), "far away");
  assert.equal(fields.length, paths.length);
});

test("another content, mode or owner is another layer", async () => {
  const digests = new Set([(await layer(archive(paths, ...mmdebstraps))).digest]);
  digests.add((await layer(archive(paths, "--format=pax", "--owner=7", "--group=0"))).digest);
  chmodSync(join(root, "usr/bin/perl"), 0o755);
  digests.add((await layer(archive(paths, ...mmdebstraps))).digest);
  writeFileSync(join(root, "usr/bin/perl"), "y".repeat(3000));
  digests.add((await layer(archive(paths, ...mmdebstraps))).digest);
  assert.equal(digests.size, 4);
});

test("an archive that was cut, or is none, is refused", async () => {
  const cut = archive(paths, ...mmdebstraps);
  truncateSync(cut, 2000);
  await assert.rejects(layer(cut), /ends at byte 2000, in the middle/);
  writeFileSync(cut, "no archive".repeat(1000));
  await assert.rejects(layer(cut), SyntaxError);
});
