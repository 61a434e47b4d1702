import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { CommandError, UserError } from "../../hosts/index.ts";
import { emptyLayer } from "../../images/assembled.ts";
import { rootFileSystemKey } from "../../images/base.ts";
import { baseImageHandler } from "../../images/base-image.ts";
import type { BaseImageInputs, BaseImageOutputs } from "../../images/schema.ts";
import { fakeContext, fakeHost } from "./fake-host.ts";

const REFERENCE = "alpine:3.22@sha256:0123";
const UNREACHABLE = "dial tcp: lookup registry-1.docker.io: no such host\nThe command '/bin/sh -c x' returned a non-zero code: 1";

const wanted: BaseImageInputs = {
  ...{ host: "one", connection: { kind: "local", host: "one" }, engine: "docker", image: "distrobench/base:alpine-0123" },
  ...{ packages: ["py3-flask"], pulled: { reference: REFERENCE, dockerfile: `FROM ${REFERENCE}\n` } },
};
const optional = { ...wanted, whenNotToBeHad: "skip" } as const;

test("a pulled base is built on the builder, and destroy takes the pulled image away as well", async () => {
  const one = fakeHost("one");
  const context = fakeContext([one]);
  const { id, outputs } = await baseImageHandler.create(context, wanted);
  assert.equal(outputs.unavailable, "");
  assert.equal(one.docker.size, 2);
  await baseImageHandler.delete(context, { id, inputs: wanted, outputs });
  assert.deepEqual([...one.docker], []);
});

test("the pulled image goes as well where the base was made again in between", async () => {
  const one = fakeHost("one");
  const context = fakeContext([one]);
  const { id, outputs } = await baseImageHandler.create(context, wanted);
  const again = await baseImageHandler.update(context, { id, inputs: wanted, outputs }, optional);
  await baseImageHandler.delete(context, { id, inputs: optional, outputs: again });
  assert.equal([...one.docker.values()].flat().includes(REFERENCE), false);
});

test("a pulled image that was on the builder before stays there", async () => {
  const one = fakeHost("one");
  one.docker.set(`sha256:${"f".repeat(64)}`, [REFERENCE]);
  const context = fakeContext([one]);
  const { id, outputs } = await baseImageHandler.create(context, wanted);
  await baseImageHandler.delete(context, { id, inputs: wanted, outputs });
  assert.deepEqual([...one.docker.values()], [[REFERENCE]]);
});

test("a base that can't be had fails, or is an empty image with the engine's reason where the matrix says skip", async () => {
  const one = fakeHost("one", { buildFails: UNREACHABLE });
  const context = fakeContext([one]);
  await assert.rejects(baseImageHandler.create(context, wanted), /no such host/);
  const { outputs } = await baseImageHandler.create(context, optional);
  assert.equal(outputs.unavailable, `${REFERENCE} could not be had: dial tcp: lookup registry-1.docker.io: no such host`);
  assert.match(context.warnings.join(), /what stands on it is skipped/);
  assert.deepEqual([...one.docker.values()], [[wanted.image]]);
});

test("a builder that does not answer is no base that can't be had", async () => {
  const one = fakeHost("one", { buildFails: UNREACHABLE });
  one.stopDocker();
  const made = baseImageHandler.create(fakeContext([one]), optional);
  await assert.rejects(made, (error) => error instanceof UserError && !(error instanceof CommandError));
  assert.equal(one.docker.size, 0);
});

test("a preview is quiet while the registry can't be asked, and shows the base as soon as it can be had", async () => {
  const offline = fakeHost("one", { buildFails: UNREACHABLE });
  const { id, outputs } = await baseImageHandler.create(fakeContext([offline]), optional);
  const read = await baseImageHandler.read(fakeContext([offline]), { id, inputs: optional, outputs });
  assert.ok(read !== "gone");
  assert.deepEqual(read.inputs, optional);
  const online = fakeHost("one");
  online.docker.set(outputs.localId, [wanted.image]);
  const later = await baseImageHandler.read(fakeContext([online]), { id, inputs: optional, outputs });
  assert.ok(later !== "gone");
  assert.notDeepEqual(later.inputs, optional);
});

const ours: BaseImageInputs = {
  ...{ host: "one", connection: { kind: "local", host: "one" }, engine: "docker", image: "distrobench/base:trixie-0123" },
  ...{ suite: "trixie", recipe: "model-server", packages: ["python3-flask"] },
};
const layer = { digest: emptyLayer.digest, size: emptyLayer.size, packages: { libc6: "2.41-12" } };

const cache = mkdtempSync(join(tmpdir(), "distrobench-base-image-"));
const cacheBefore = process.env.XDG_CACHE_HOME;
before(() => {
  process.env.XDG_CACHE_HOME = cache;
  const key = rootFileSystemKey({ suite: "trixie", mirror: undefined, packages: ours.packages }, "amd64");
  const made = join(cache, "distrobench/bases", key);
  mkdirSync(made, { recursive: true });
  writeFileSync(join(made, "layer.json"), JSON.stringify(layer));
  writeFileSync(join(made, "layer.tar.gz"), gzipSync(Buffer.alloc(emptyLayer.size)));
});
after(() => {
  rmSync(cache, { recursive: true });
  if (cacheBefore === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = cacheBefore;
});

test("a base of ours has one id on every builder, with the recipe in it, and says which packages it holds", async () => {
  const ids = [];
  for (const one of [fakeHost("one"), fakeHost("one")]) {
    const { outputs } = await baseImageHandler.create(fakeContext([one]), ours);
    assert.deepEqual([...one.docker], [[outputs.localId, [ours.image]]]);
    assert.deepEqual([outputs.archiveDigest, outputs.versions], [layer.digest, layer.packages]);
    assert.ok(outputs.bytesSent > 0);
    ids.push(outputs.localId);
  }
  assert.equal(ids[0], ids[1]);
});

test("a base of ours that the builder has under another name is named, and nothing is sent", async () => {
  const one = fakeHost("one");
  const context = fakeContext([one]);
  const { outputs } = await baseImageHandler.create(context, ours);
  one.docker.set(outputs.localId, ["somebody/else:1"]);
  const again = await baseImageHandler.create(context, ours);
  assert.equal(again.outputs.bytesSent, 0);
  assert.deepEqual([...one.docker], [[outputs.localId, ["somebody/else:1", ours.image]]]);
});

test("an engine that loads something else than was sent is told apart by the digest", async () => {
  const one = fakeHost("one", { loadsInstead: `sha256:${"e".repeat(64)}` });
  await assert.rejects(baseImageHandler.create(fakeContext([one]), ours), /loaded .* where sha256:[0-9a-f]{64} was sent/);
});

test("a base from an older distrobench is looked at without a difference", async () => {
  const one = fakeHost("one");
  one.docker.set(`sha256:${"d".repeat(64)}`, [wanted.image]);
  const { versions: _none, ...older } = {
    ...wanted,
    localId: "",
    archiveDigest: "",
    versions: {},
    bytesSent: 0,
    unavailable: "",
  };
  const read = await baseImageHandler.read(fakeContext([one]), { id: "i", inputs: wanted, outputs: older as BaseImageOutputs });
  assert.ok(read !== "gone");
  assert.deepEqual([read.inputs, read.outputs.versions], [wanted, {}]);
});
