import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { CommandError, ConnectionError, PartialFailure, UserError } from "../../hosts/index.ts";
import { deliveredImageHandler } from "../../images/handler.ts";
import type { DeliveredImageInputs, DeliveredImageOutputs } from "../../images/schema.ts";
import { type FakeHost, fakeContext, fakeHost } from "./fake-host.ts";

const IMAGE = `sha256:${"a".repeat(64)}`;
const OTHER = `sha256:${"b".repeat(64)}`;
const TAG = "distrobench/model-server:quickstart";

const cache = mkdtempSync(join(tmpdir(), "distrobench-delivery-"));
const cacheBefore = process.env.XDG_CACHE_HOME;
before(() => {
  process.env.XDG_CACHE_HOME = cache;
});
after(() => {
  rmSync(cache, { recursive: true });
  if (cacheBefore === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = cacheBefore;
});

function inputs(host: string, engine: "docker" | "podman", source = IMAGE): DeliveredImageInputs {
  const connection = (name: string) => ({ kind: "local", host: name }) as const;
  return {
    host,
    connection: connection(host),
    engine,
    image: TAG,
    builder: { host: "builder", connection: connection("builder"), engine: "docker" },
    source,
  };
}

function hosts(...more: FakeHost[]): FakeHost[] {
  const builder = fakeHost("builder");
  builder.docker.set(IMAGE, [TAG]);
  return [builder, ...more];
}

test("two engines of two hosts cost one save on the builder and one transfer per host", async () => {
  const all = hosts(fakeHost("one"));
  const context = fakeContext(all);
  const wanted = all.flatMap(({ name }) => [inputs(name, "docker"), inputs(name, "podman")]);
  const made = await Promise.all(wanted.map((one) => deliveredImageHandler.create(context, one)));
  assert.deepEqual([...new Set(made.map(({ outputs }) => outputs.configDigest))], [IMAGE]);
  assert.deepEqual(
    made.map(({ outputs }) => outputs.bytesSent > 0),
    [false, false, true, false],
  );
  assert.equal(all[0]?.commands.filter((command) => command === `docker save ${IMAGE}`).length, 1);
  assert.deepEqual(all[1]?.podman.get(IMAGE), [TAG]);
});

test("an archive that another process is just saving does not stand in the way of this one", async () => {
  const archives = join(cache, "distrobench/images");
  mkdirSync(archives, { recursive: true });
  // Listed, and gone when it is looked at: what a rename at that moment does.
  symlinkSync("gone", join(archives, "0123.tmp"));
  const image = `sha256:${"c".repeat(64)}`;
  const [builder, one] = hosts(fakeHost("one"));
  assert.ok(builder && one);
  builder.docker.set(image, ["distrobench/other:quickstart"]);
  const { outputs } = await deliveredImageHandler.create(fakeContext([builder, one]), inputs("one", "docker", image));
  assert.equal(outputs.configDigest, image);
  rmSync(join(archives, "0123.tmp"));
});

test("an image of another processor is refused before it is sent, with the way to one that fits", async () => {
  const [builder, board] = hosts(fakeHost("board", { machine: "aarch64" }));
  assert.ok(builder && board);
  await assert.rejects(deliveredImageHandler.create(fakeContext([builder, board]), inputs("board", "docker")), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /board: the image is built for amd64, and this host is aarch64/);
    return /whose `builder` is one of them/.test(error.remedy ?? "");
  });
  assert.equal(board.docker.size, 0);
  const unknown = hosts(fakeHost("board", { machine: "loongarch64" }));
  await deliveredImageHandler.create(fakeContext(unknown), inputs("board", "docker"));
});

test("an image that is already there is only named, and its earlier owner keeps it", async () => {
  const [builder, one] = hosts(fakeHost("one"));
  assert.ok(builder && one);
  one.docker.set(IMAGE, ["theirs:1"]);
  const context = fakeContext([builder, one]);
  const { id, outputs } = await deliveredImageHandler.create(context, inputs("one", "docker"));
  assert.deepEqual([outputs.bytesSent, outputs.wasPresent], [0, true]);
  await deliveredImageHandler.delete(context, { id, inputs: inputs("one", "docker"), outputs });
  assert.deepEqual(one.docker.get(IMAGE), ["theirs:1"]);
});

test("read tells a lost tag as drift and a lost image as gone, and update names it again", async () => {
  const all = hosts();
  const context = fakeContext(all);
  const wanted = inputs("builder", "docker");
  const { id, outputs } = await deliveredImageHandler.create(context, wanted);
  all[0]?.docker.set(IMAGE, []);
  const drifted = await deliveredImageHandler.read(context, { id, inputs: wanted, outputs });
  assert.ok(drifted !== "gone" && drifted.inputs.source !== wanted.source);
  await deliveredImageHandler.update(context, { id, inputs: drifted.inputs, outputs }, wanted);
  assert.deepEqual(all[0]?.docker.get(IMAGE), [TAG]);
  all[0]?.docker.clear();
  assert.equal(await deliveredImageHandler.read(context, { id, inputs: wanted, outputs }), "gone");
});

test("an image that vanished from the builder comes back from the controller", async () => {
  const all = hosts(fakeHost("one"));
  const context = fakeContext(all);
  await deliveredImageHandler.create(context, inputs("one", "docker"));
  all[0]?.docker.clear();
  await deliveredImageHandler.create(context, inputs("builder", "docker"));
  assert.deepEqual(all[0]?.docker.get(IMAGE), [TAG]);
});

test("a rebuilt image replaces the earlier one", async () => {
  const all = hosts();
  const context = fakeContext(all);
  const old = inputs("builder", "docker");
  const { id, outputs } = await deliveredImageHandler.create(context, old);
  all[0]?.docker.set(IMAGE, []).set(OTHER, [TAG]);
  await deliveredImageHandler.update(context, { id, inputs: old, outputs }, inputs("builder", "docker", OTHER));
  assert.deepEqual([...(all[0]?.docker.keys() ?? [])], [OTHER]);
});

test("an image that is nowhere is refused with the way out", async () => {
  const context = fakeContext([fakeHost("builder")]);
  await assert.rejects(
    deliveredImageHandler.create(context, inputs("builder", "docker", OTHER)),
    (error) =>
      error instanceof UserError && /no longer has the image/.test(error.message) && /--replace/.test(error.remedy ?? ""),
  );
});

test("another image than the one sent is refused and removed", async () => {
  const all = hosts(fakeHost("one", { loadsInstead: OTHER }));
  await assert.rejects(
    deliveredImageHandler.create(fakeContext(all), inputs("one", "docker")),
    /loaded sha256:b+ where sha256:a+ was sent/,
  );
  assert.equal(all[1]?.docker.size, 0);
});

test("what a load that was cut has brought is known to the state, and goes with a destroy", async () => {
  const [builder, one] = hosts(fakeHost("one", { loadIsCut: true }));
  assert.ok(builder && one);
  const context = fakeContext([builder, one]);
  const wanted = inputs("one", "podman");
  const failure = await deliveredImageHandler.create(context, wanted).catch((error: unknown) => error);
  assert.ok(failure instanceof PartialFailure);
  assert.deepEqual(one.podman.get(IMAGE), []);
  const outputs = failure.outputs as DeliveredImageOutputs;
  await deliveredImageHandler.delete(context, { id: failure.id, inputs: wanted, outputs });
  assert.equal(one.podman.size, 0);
});

test("what a create that was killed has brought goes with a destroy that knows only what was wanted", async () => {
  const [builder, one] = hosts(fakeHost("one"));
  assert.ok(builder && one);
  one.docker.set(IMAGE, []);
  const wanted = inputs("one", "docker");
  const begun = { id: "begun", inputs: wanted, outputs: { ...wanted } as DeliveredImageOutputs };
  await deliveredImageHandler.delete(fakeContext([builder, one]), begun);
  assert.equal(one.docker.size, 0);
});

test("a full disk is named before anything is sent, and during the load", async () => {
  const small = hosts(fakeHost("one", { freeKibibytes: 1 }));
  await assert.rejects(
    deliveredImageHandler.create(fakeContext(small), inputs("one", "docker")),
    /one: no room for the image in docker: \/var/,
  );
  const full = hosts(fakeHost("one", { loadFails: "write /layer.tar: no space left on device" }));
  await assert.rejects(
    deliveredImageHandler.create(fakeContext(full), inputs("one", "docker")),
    (error) => error instanceof UserError && /one: no room/.test(error.message) && /system df/.test(error.remedy ?? ""),
  );
});

test("an engine that does not answer is named with the way out, and only warned of by read", async () => {
  const all = hosts(fakeHost("one"));
  const context = fakeContext(all);
  const wanted = inputs("one", "docker");
  const { id, outputs } = await deliveredImageHandler.create(context, wanted);
  all[1]?.stopDocker();
  const error = await deliveredImageHandler.create(context, wanted).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof UserError && !(error instanceof CommandError));
  assert.match(`${error.message} ${error.remedy}`, /one: docker does not answer: Cannot connect.*systemctl status docker/);
  assert.deepEqual(await deliveredImageHandler.read(context, { id, inputs: wanted, outputs }), { inputs: wanted, outputs });
  assert.match(context.warnings.join(), /docker does not answer/);
});

test("an image that a container uses stays, with a warning", async () => {
  const all = hosts();
  const context = fakeContext(all);
  const wanted = inputs("builder", "docker");
  const { id, outputs } = await deliveredImageHandler.create(context, wanted);
  all[0]?.use(IMAGE);
  await deliveredImageHandler.delete(context, { id, inputs: wanted, outputs });
  assert.deepEqual(all[0]?.docker.get(IMAGE), [TAG]);
  assert.match(context.warnings.join(), /stays in docker/);
});

test("an image on a host that is switched off waits for it, and goes with a lab machine", async () => {
  const wanted = inputs("builder", "docker");
  const context = fakeContext(hosts());
  const { id, outputs } = await deliveredImageHandler.create(context, wanted);
  const off = { ...context, transport: () => Promise.reject(new ConnectionError("builder", "unreachable", "is off")) };
  await assert.rejects(
    deliveredImageHandler.delete(off, { id, inputs: wanted, outputs }),
    /builder: is off: nothing was undone there/,
  );
  const lab = { ...wanted, connection: { kind: "lab" as const, host: "builder", directory: "x" } };
  await deliveredImageHandler.delete(off, { id, inputs: lab, outputs });
  assert.match(context.warnings.join(), /builder: is off: distrobench\/model-server:quickstart is given up/);
});
