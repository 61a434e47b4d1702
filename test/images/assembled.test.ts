import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { after, test } from "node:test";
import { assemble, emptyLayer, imageArchive } from "../../images/assembled.ts";
import { parseDockerfile } from "../../images/dockerfile.ts";
import { parseManifest } from "../../images/engines.ts";
import { findRecipe, recipes } from "../../images/recipes.ts";

const work = mkdtempSync(join(tmpdir(), "distrobench-assembled-"));
after(() => rmSync(work, { recursive: true, force: true }));

async function archived(recipe: string): Promise<{ readonly tar: string; readonly configDigest: string }> {
  const image = assemble(emptyLayer, findRecipe(recipe), "amd64");
  const tar = join(work, `${recipe}.tar`);
  writeFileSync(tar, await buffer(imageArchive(image, "distrobench/base:test")));
  return { tar, configDigest: image.configDigest };
}

const inside = (tar: string, file: string) => execFileSync("tar", ["-xOf", tar, file]);

test("an image is put together as a builder would: the recipe's files on the base, and how its containers start", async () => {
  const { tar, configDigest } = await archived("model-server");
  const manifest = inside(tar, "manifest.json").toString();
  assert.equal(parseManifest(manifest), configDigest);
  const [{ Config, Layers, RepoTags }] = JSON.parse(manifest);
  assert.deepEqual(RepoTags, ["distrobench/base:test"]);
  const config = JSON.parse(inside(tar, Config).toString());
  assert.deepEqual(config.config, {
    ExposedPorts: { "5000/tcp": {} },
    User: "10001:10001",
    StopSignal: "SIGTERM",
    Entrypoint: ["/usr/bin/python3", "-I", "/opt/model-server"],
  });
  assert.equal(config.created, "2023-11-14T22:13:20Z");
  assert.equal(config.history.length, config.rootfs.diff_ids.length);
  assert.deepEqual(
    Layers.map((layer: string) => `sha256:${layer.replace(".tar", "")}`),
    config.rootfs.diff_ids,
  );
  const layer = join(work, "application.tar");
  writeFileSync(layer, inside(tar, Layers[1]));
  const listed = execFileSync("tar", ["--numeric-owner", "-tvf", layer], { env: { ...process.env, TZ: "UTC" } }).toString();
  assert.match(listed, /^drwxr-xr-x 0\/0 +0 2023-11-14 22:13 opt\/\ndrwxr-xr-x 0\/0 +0 2023-11-14 22:13 opt\/model-server\/\n/);
  assert.match(listed, /^-rw-r--r-- 0\/0 +\d+ 2023-11-14 22:13 opt\/model-server\/server\.py$/m);
});

test("an image has one digest for one base and recipe, and another for another machine", () => {
  const made = (recipe: string, architecture: string) => assemble(emptyLayer, findRecipe(recipe), architecture).configDigest;
  assert.equal(made("onnx-runner", "amd64"), made("onnx-runner", "amd64"));
  assert.equal(new Set([made("onnx-runner", "amd64"), made("onnx-runner", "arm64"), made("llm-server", "amd64")]).size, 3);
});

test("every recipe can be put together without a builder", () => {
  for (const recipe of Object.values(recipes)) assert.match(assemble(emptyLayer, recipe, "amd64").configDigest, /^sha256:/);
});

test("a Dockerfile that needs a builder is refused with its line", () => {
  assert.throws(() => parseDockerfile("FROM base\nRUN true\n"), /without a builder by: RUN true/);
  assert.throws(() => parseDockerfile("FROM debian\n"), /begins with FROM base/);
  assert.throws(() => parseDockerfile("FROM base\nCOPY --chown=1:1 app /opt\n"), /COPY takes/);
  assert.throws(() => parseDockerfile('FROM base\nENV A="b c"\n'), /ENV takes/);
  assert.throws(() => parseDockerfile('FROM base\nCMD ["a", 1]\n'), /a list of words/);
});
