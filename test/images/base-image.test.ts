import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandError, UserError } from "../../hosts/index.ts";
import { assemble, emptyLayer } from "../../images/assembled.ts";
import { baseImageHandler } from "../../images/base-image.ts";
import { placeOf } from "../../images/delivery.ts";
import { bring } from "../../images/make-base.ts";
import { findRecipe } from "../../images/recipes.ts";
import type { BaseImageInputs, BaseImageOutputs } from "../../images/schema.ts";
import { type FakeHost, fakeContext, fakeHost } from "./fake-host.ts";

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

const image = assemble(emptyLayer, findRecipe("model-server"), "amd64");
const bringTo = async (one: FakeHost) => {
  const context = fakeContext([one]);
  return await bring(context, await placeOf(context, wanted), wanted, image);
};

test("an image of ours has its digest for its id on every builder", async () => {
  for (const one of [fakeHost("one"), fakeHost("one")]) {
    const { localId, bytesSent } = await bringTo(one);
    assert.deepEqual([...one.docker], [[image.configDigest, [wanted.image]]]);
    assert.equal(localId, image.configDigest);
    assert.ok(bytesSent > 0);
  }
});

test("an image of ours that the builder has under another name is named, and nothing is sent", async () => {
  const one = fakeHost("one");
  one.docker.set(image.configDigest, ["somebody/else:1"]);
  assert.deepEqual(await bringTo(one), { localId: image.configDigest, bytesSent: 0 });
  assert.deepEqual([...one.docker], [[image.configDigest, ["somebody/else:1", wanted.image]]]);
});

test("an engine that loads something else than was sent is told by the digest", async () => {
  const one = fakeHost("one", { loadsInstead: `sha256:${"e".repeat(64)}` });
  await assert.rejects(bringTo(one), /loaded .* where sha256:[0-9a-f]{64} was sent/);
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
