import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fromImages } from "../../engine/plugins/docker/base-images.ts";
import { isFullyQualified, parseImageName } from "../../engine/plugins/docker/image-name.ts";
import { dockerPlugin } from "../../engine/plugins/docker/implementation.ts";
import { type PropertyMap, type PropertyValue, Secret, UNKNOWN } from "../../provider/server/index.ts";
import { fakeCall } from "./call.ts";

const image = "docker:index/image:Image";
const scratch = mkdtempSync(join(tmpdir(), "distrobench-image-"));
const plugin = dockerPlugin();
const call = () => fakeCall(image);
const inputs = (more: PropertyMap = {}): PropertyMap => ({
  imageName: "a:1",
  skipPush: true,
  build: { context: scratch },
  ...more,
});
const check = async (news: PropertyMap) => await plugin.check(call(), {}, news);
const field = (value: PropertyValue | undefined, key: string) => (value as PropertyMap | undefined)?.[key];
const digest = async () => field((await check(inputs())).inputs.build, "contextDigest");

before(() => {
  mkdirSync(join(scratch, "sub"));
  for (const [name, text] of Object.entries({
    Dockerfile: "FROM scratch\n",
    kept: "1",
    "sub/ignored": "1",
    ".dockerignore": "sub\n",
  }))
    writeFileSync(join(scratch, name), text);
});
after(() => rmSync(scratch, { recursive: true, force: true }));

describe("check of the image stand-in", () => {
  it("adds a context digest that changes with content, mode and link, and not with ignored files", async () => {
    const first = await digest();
    assert.match(String(first), /^[0-9a-f]{64}$/);
    writeFileSync(join(scratch, "sub/ignored"), "2");
    assert.equal(await digest(), first);
    writeFileSync(join(scratch, "kept"), "2");
    const second = await digest();
    chmodSync(join(scratch, "kept"), 0o755);
    const third = await digest();
    symlinkSync("kept", join(scratch, "link"));
    assert.equal(new Set([first, second, third, await digest()]).size, 4);
  });

  it("names the Dockerfile that is missing", async () => {
    await assert.rejects(
      check(inputs({ build: { context: scratch, dockerfile: "/nowhere/Dockerfile" } })),
      /could not open dockerfile at \/nowhere/,
    );
  });

  it("wants a name with a registry only when it pushes", async () => {
    assert.deepEqual((await check(inputs())).failures, []);
    assert.deepEqual(
      (await check(inputs({ skipPush: false }))).failures.map(({ property }) => property),
      ["imageName"],
    );
  });

  it("leaves what is not known yet alone and marks the registry's password secret", async () => {
    assert.deepEqual((await check(inputs({ imageName: UNKNOWN, build: UNKNOWN }))).failures, []);
    const { inputs: checked } = await check(inputs({ registry: { server: "r", password: "p" } }));
    assert.ok(field(checked.registry, "password") instanceof Secret);
  });
});

describe("diff of the image stand-in", () => {
  const diff = async (olds: PropertyMap, news: PropertyMap) =>
    await plugin.diff(call(), { id: "a:1", inputs: olds, outputs: { __inputs: new Secret(olds) } }, news);

  it("does not count registry credentials, but the server", async () => {
    const registry = (server: string, password: string) => inputs({ registry: { server, username: "u", password } });
    assert.equal((await diff(registry("r", "1"), registry("r", "2"))).changes, "none");
    assert.equal((await diff(registry("r", "1"), registry("s", "1"))).changes, "some");
  });

  it("updates and never replaces, by top-level key", async () => {
    const changed = await diff(inputs(), inputs({ imageName: "b:1", build: { context: "x" } }));
    assert.deepEqual(Object.keys(changed.detailed ?? {}).sort(), ["build", "imageName"]);
    assert.equal(changed.replaces, undefined);
  });
});

it("a preview echoes the image's inputs with an unknown digest", async () => {
  const { outputs } = await plugin.create(call(), inputs(), true);
  assert.equal(outputs.repoDigest, UNKNOWN);
  assert.equal(outputs.imageName, "a:1");
});

it("the base images of a Dockerfile are those that are no stage", () => {
  const text = [
    "ARG V=13",
    "FROM debian:$V AS base",
    "FROM --platform=linux/amd64 base AS next",
    "FROM $BARE:3",
    "FROM scratch",
    "FROM $UNSET",
  ].join("\n");
  assert.deepEqual(fromImages(`ARG BARE=alpine\n${text}`, { V: "12" }), ["debian:12", "alpine:3"]);
});

it("image names are split into repository, tag and digest", () => {
  assert.deepEqual(parseImageName("localhost:5000/a/b"), { repository: "localhost:5000/a/b", tag: "latest", digest: undefined });
  assert.deepEqual(parseImageName("a:2"), { repository: "a", tag: "2", digest: undefined });
  assert.deepEqual(parseImageName("a@sha256:0"), { repository: "a", tag: undefined, digest: "sha256:0" });
  assert.deepEqual(["a/b", "r.io/b", "localhost/b", "b.c"].map(isFullyQualified), [false, true, true, false]);
});
