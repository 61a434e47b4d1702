import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import type { Memory } from "../../benchmarks/harness/memory.ts";
import { countBytes, rememberedBytes } from "../../benchmarks/image-base/bytes.ts";
import { imageBase, toMeasurement } from "../../benchmarks/image-base/index.ts";
import type { SessionData } from "../../benchmarks/index.ts";
import { present } from "../../benchmarks/session/present.ts";
import { summarise } from "../../benchmarks/statistics/index.ts";
import { judge } from "../../benchmarks/validity/rules.ts";
import { sample } from "../golden.ts";
import { syntheticSession } from "../report/synthetic-session.ts";

type File = readonly [name: string, content: Buffer];

async function tar(...files: readonly File[]): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: "folder", type: "directory" });
  for (const [name, content] of files) archive.entry({ name }, content);
  archive.entry({ name: "link", type: "symlink", linkname: "a" });
  archive.finalize();
  return await buffer(archive);
}

const digest = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const blob = (bytes: Buffer): File => [`blobs/sha256/${digest(bytes).slice(7)}`, bytes];

async function image() {
  const base = await tar(["a", Buffer.alloc(300_000, "a")], ["b", Buffer.from("b")]);
  const top = await tar(["c", Buffer.alloc(70_000, "c")]);
  const config = Buffer.from(JSON.stringify({ rootfs: { type: "layers", diff_ids: [digest(base), digest(top)] } }));
  return { base, top, config, id: digest(config) };
}

const read = async (files: readonly File[]): Promise<Readable> => Readable.from([await tar(...files)]);

test("an image's bytes are those of its files, and of its layers by gzip", async () => {
  const { base, top, config, id } = await image();
  const counted = await countBytes(await read([base, top, config].map(blob)), id);
  const compressed = gzipSync(base, { level: 6 }).length + gzipSync(top, { level: 6 }).length;
  assert.deepEqual(counted, { compressed, unpacked: 370_001, layers: 2 });
});

/** An archive of an image of those layers, and its id. */
async function imageOf(...layers: readonly Buffer[]) {
  const config = Buffer.from(JSON.stringify({ rootfs: { diff_ids: layers.map(digest) } }));
  return { id: digest(config), archive: await read([...layers, config].map(blob)) };
}
const packagesOf = async (...layers: readonly (readonly File[])[]) => {
  const { id, archive } = await imageOf(...(await Promise.all(layers.map((files) => tar(...files)))));
  return (await countBytes(archive, id)).packages;
};
const listed = (name: string): Buffer => Buffer.from(sample(`benchmarks/image-base/${name}`));

test("an image's packages are those that its own lists name as installed, of every package manager that is known", async () => {
  const dpkg = listed("dpkg-status.txt");
  assert.equal(await packagesOf([["./var/lib/dpkg/status", dpkg]]), 3, "one is only configured, one only half installed");
  assert.equal(await packagesOf([["lib/apk/db/installed", listed("apk-installed.txt")]]), 2);
  assert.equal(await packagesOf([["usr/lib/apk/db/installed", listed("apk-installed.txt")]]), 2);
  const distroless = ["base", "base.md5sums", "tzdata"].map(
    (name): File => [`var/lib/dpkg/status.d/${name}`, Buffer.from("Package: x\n")],
  );
  assert.equal(await packagesOf(distroless), 2);
  const pacman = ["a-1-1", "b-2-1"].map((name): File => [`var/lib/pacman/local/${name}/desc`, Buffer.from("%NAME%\nx\n")]);
  assert.equal(await packagesOf(pacman), 2);
  assert.equal(await packagesOf([["usr/bin/server", Buffer.from("x")]]), undefined);
});

test("of several layers the last list counts, and what a layer removes is gone", async () => {
  const dpkg: File = ["var/lib/dpkg/status", listed("dpkg-status.txt")];
  const apk: File = ["lib/apk/db/installed", listed("apk-installed.txt")];
  const none = Buffer.alloc(0);
  assert.equal(await packagesOf([dpkg], [["var/lib/dpkg/status", Buffer.from("Status: install ok installed\n")]]), 1);
  assert.equal(await packagesOf([dpkg, apk], [["var/lib/.wh.dpkg", none]]), 2);
  assert.equal(await packagesOf([dpkg, apk], [["lib/apk/db/.wh.installed", none]]), 3);
  assert.equal(await packagesOf([dpkg, apk], [["lib/apk/.wh..wh..opq", none], apk]), 5, "removed below, and there anew");
  assert.equal(await packagesOf([dpkg], [["var/lib/.wh.dpkg-old", none]]), 3, "another one with a name that begins alike");
});

test("layers that an engine keeps compressed count the same, and one that is there twice counts once", async () => {
  const { base, top, config, id } = await image();
  const plain = await countBytes(await read([base, top, config].map(blob)), id);
  const zipped = await countBytes(await read([blob(config), blob(gzipSync(base, { level: 1 })), blob(top), ["again", top]]), id);
  assert.deepEqual(zipped, plain);
});

/** The archive in pieces of any size, some of which come late: the seed decides. */
async function* inPieces(archive: Buffer, seed: number): AsyncGenerator<Buffer> {
  let state = seed;
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  for (let at = 0; at < archive.length; ) {
    const size = 1 + Math.floor(random() * random() * 120_000);
    if (random() < 0.1) await sleep(random() * 4);
    yield archive.subarray(at, at + size);
    at += size;
  }
}

test("an archive is counted to its end however its pieces come, with files in it that are neither layers nor compressed", async () => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const base = await tar(["a", randomBytes(300_000)], ["b", Buffer.alloc(800_000)]);
    const config = Buffer.from(JSON.stringify({ rootfs: { diff_ids: [digest(base)] } }));
    const archive = await tar(["other", randomBytes(200_000)], blob(config), blob(gzipSync(base)), [
      "manifest.json",
      Buffer.from("[]"),
    ]);
    const counted = await countBytes(Readable.from(inPieces(archive, seed)), digest(config));
    assert.deepEqual(
      counted,
      { compressed: gzipSync(base, { level: 6 }).length, unpacked: 1_100_000, layers: 1 },
      `seed ${seed}`,
    );
  }
});

test("an archive that breaks off is refused, and nobody waits for its end", async () => {
  const { base, config, id } = await image();
  const archive = await tar(...[base, config].map(blob));
  await assert.rejects(countBytes(Readable.from([archive.subarray(0, 200_000)]), id), /Unexpected end of data/);
  const cut = new Readable({ read: () => undefined });
  cut.push(archive.subarray(0, 200_000));
  setTimeout(() => cut.destroy(new Error("the connection was lost")), 20);
  await assert.rejects(countBytes(cut, id), /the connection was lost/);
});

test("an archive of another image, or one without a layer, is refused", async () => {
  const { base, top, config, id } = await image();
  await assert.rejects(
    countBytes(await read([base, top, config].map(blob)), digest(base).replace(/.$/, "x")),
    /no configuration/,
  );
  await assert.rejects(countBytes(await read([base, config].map(blob)), id), /holds no layer/);
});

test("an image's bytes are counted once on a machine", async () => {
  const cache = mkdtempSync(join(tmpdir(), "distrobench-bytes-"));
  const before = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = cache;
  try {
    const bytes = { compressed: 1, unpacked: 2, layers: 1 };
    assert.deepEqual(await rememberedBytes("sha256:0", async () => bytes), bytes);
    assert.deepEqual(await rememberedBytes("sha256:0", () => assert.fail("counted twice")), bytes);
  } finally {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
    rmSync(cache, { recursive: true });
  }
});

const reading = { pss: 10, current: 20, host: 30 };
const found: Extract<Memory, { outcome: "read" }> = {
  ...({ outcome: "read", start: { seconds: 1.5 }, before: 1, rest: [reading], loaded: [reading] } as const),
  ...{ requests: { planned: 8, sent: 8, failed: 0 }, stamps: { start: "1", first200: "2" } },
  limits: { identities: { "limits.cpuset": "0" }, conditions: { "limits.dropped.memoryBytes": 1 } },
};

test("a sample has the start, the bytes and the memory of one container; without PSS the rest stands", () => {
  const bytes = { compressed: 100, unpacked: 300, layers: 2 };
  const whole = toMeasurement(found, bytes);
  assert.deepEqual(whole.outcome === "measured" && whole.values, { start: 1.5, ...bytes, restPss: 10, loadPss: 10 });
  const without = toMeasurement({ ...found, rest: [{ host: 30 }], loaded: [{ host: 30 }] }, bytes);
  assert.deepEqual(without.outcome === "measured" && without.values, { start: 1.5, ...bytes });
});

test("a sample keeps its stamps and the container's limits, also where PSS can't be read", () => {
  const measured = toMeasurement(
    { ...found, rest: [{ host: 30 }], loaded: [{ host: 30 }] },
    { compressed: 1, unpacked: 1, layers: 1 },
  );
  assert.ok(measured.outcome === "measured");
  assert.deepEqual([measured.stamps, measured.identities], [found.stamps, { "limits.cpuset": "0" }]);
  assert.equal(measured.conditions?.["limits.dropped.memoryBytes"], 1);
});

test("a polled start carries its bracket, which is judged as that of a cold start", () => {
  const measured = toMeasurement(
    { ...found, start: { seconds: 0.5, bracket: 0.011 } },
    { compressed: 1, unpacked: 1, layers: 1 },
  );
  assert.ok(measured.outcome === "measured");
  const verdict = judge({ values: present(measured.values), primary: "start", leftovers: [], conditions: {} }, false);
  assert.ok("reasons" in verdict && verdict.reasons[0]?.rule === "bracket");
});

test("a variant whose base could not be had is skipped with the reason, and nothing is asked of its host", async () => {
  const cause = "alpine:3.22 could not be had: no such host";
  const variant = { id: "a/docker/alpine", host: "a", machine: "m", environment: "e", labels: {}, unavailable: cause };
  assert.deepEqual(await imageBase.measure({} as never, variant, {}), { outcome: "skipped", cause });
});

test("bytes are one exact value: no blocks, no test, and any difference beyond the tolerance is one", () => {
  const data = syntheticSession({ variants: { "a/docker": 1, "b/docker": 1.3 }, blocks: 2, aaPair: false });
  const metric = {
    name: "compressed",
    title: "layers by gzip",
    unit: "B",
    better: "lower",
    kind: "result",
    exact: true,
  } as const;
  const bytes: Readonly<Record<string, number>> = { "a/docker": 1000, "b/docker": 1300 };
  const samples = data.samples.map((sample) => ({
    ...sample,
    values: { ...sample.values, compressed: bytes[sample.variant] ?? 0 },
  }));
  const session: SessionData["session"] = { ...data.session, metrics: [...data.session.metrics, { ...metric, primary: false }] };
  const summary = summarise({ ...data, session, samples }).metrics.at(-1);
  const [own] = summary?.estimates ?? [];
  assert.deepEqual([own?.n, own?.median, own?.interval], [1, 1000, { low: 1000, high: 1000, coverage: 1 }]);
  const [comparison] = summary?.comparisons ?? [];
  assert.equal(comparison?.word, "larger");
  assert.match(comparison?.sentence ?? "", /b\/docker is 30 % larger than a\/docker in layers by gzip \(exact\)/);
});
