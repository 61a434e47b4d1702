import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { baseStage, baseTag, mmdebstrapOptions, pulledBase, SOURCE_DATE_EPOCH } from "../../images/base.ts";
import { prepareContext } from "../../images/context.ts";
import { findRecipe } from "../../images/recipes.ts";
import { golden } from "../golden.ts";

const root = mkdtempSync(join(tmpdir(), "distrobench-context-"));
after(() => rmSync(root, { recursive: true }));

const trixie = { kind: "mmdebstrap", suite: "trixie", mirror: undefined } as const;
const slim = { kind: "registry", reference: "debian:trixie-slim@sha256:0123" } as const;
const recipe = findRecipe("model-server");

test("a context is the same every time it is written", () => {
  const first = prepareContext({ root, name: "server", recipe: "model-server", base: slim });
  const file = join(root, first.context, "app/server.py");
  const before = [readFileSync(join(root, first.dockerfile), "utf8"), statSync(file).mtimeMs, statSync(file).mode & 0o777];
  const second = prepareContext({ root, name: "server", recipe: "model-server", base: slim });
  assert.deepEqual(first, second);
  assert.deepEqual(before, [readFileSync(join(root, second.dockerfile), "utf8"), SOURCE_DATE_EPOCH * 1000, 0o644]);
  assert.equal(statSync(join(root, first.context, "app")).mtimeMs, SOURCE_DATE_EPOCH * 1000);
});

test("a context is another stack's own where its image of that name stands on something else", () => {
  const [one, other] = [trixie, slim].map((base) => prepareContext({ root, name: "shared", recipe: "model-server", base }));
  assert.ok(one && other);
  assert.notEqual(readFileSync(join(root, one.dockerfile), "utf8"), readFileSync(join(root, other.dockerfile), "utf8"));
});

test("a context that is there is left alone while others may build from it, and made anew when it was touched", () => {
  const make = () => prepareContext({ root, name: "kept", recipe: "model-server", base: slim });
  const { context } = make();
  const file = join(root, context, "app/server.py");
  const touched = () => statSync(file, { bigint: true }).ctimeNs;
  const before = touched();
  make();
  assert.equal(touched(), before);
  const whole = readFileSync(file, "utf8");
  writeFileSync(file, "broken");
  writeFileSync(join(root, context, "stray"), "");
  make();
  assert.equal(readFileSync(file, "utf8"), whole);
  assert.equal(existsSync(join(root, context, "stray")), false);
  assert.deepEqual(
    readdirSync(join(root, context, "..")).filter((name) => name.endsWith(".tmp")),
    [],
  );
});

test("with a base of our own the builder copies and runs nothing: the image is whole, and keeps its digest", () => {
  const { context, dockerfile } = prepareContext({ root, name: "whole", recipe: "model-server", base: trixie });
  assert.deepEqual(readdirSync(join(root, context)), ["Dockerfile"]);
  assert.equal(readFileSync(join(root, dockerfile), "utf8"), `FROM ${baseTag(trixie, recipe)} AS base\n`);
});

test("a base of our own takes nothing over from the machine that makes it", () => {
  const last = mmdebstrapOptions(recipe, "amd64").at(-1) ?? "";
  for (const path of ["/etc/hostname", "/etc/resolv.conf", "/etc/apt/sources.list", "/var/log/*"]) assert.ok(last.includes(path));
});

test("with a pulled base the same packages are installed on top of the digest, by apt or, in Alpine, by apk", () => {
  assert.match(baseStage(slim, recipe), /^FROM distrobench\/base:debian-[0-9a-f]{12} AS base\n$/);
  assert.match(mmdebstrapOptions(recipe, "amd64").join(" "), /--include=python3-flask,python3-waitress/);
  for (const name of ["model-server", "llm-server", "onnx-runner"])
    golden(`images/pulled-base-${name}.Dockerfile`, pulledBase(slim.reference, findRecipe(name)));
});

test("the script of a pulled base asks apk where there is one, and apt elsewhere", () => {
  const asked = (manager: "apk" | "apt-get", name: string): string => {
    const folder = mkdtempSync(join(root, "bin-"));
    for (const program of [manager, "python3", "rm"])
      writeFileSync(join(folder, program), `#!/bin/sh\necho ${program} $1 $2 $3 $4\n`, { mode: 0o755 });
    const script = pulledBase(slim.reference, findRecipe(name)).split("\nRUN ")[1] ?? "";
    return execFileSync("/bin/sh", ["-c", script], { env: { PATH: folder }, stdio: ["ignore", "pipe", "pipe"] }).toString();
  };
  assert.match(asked("apk", "model-server"), /^apk add --no-cache py3-flask py3-waitress\npython3 -m/);
  assert.match(asked("apt-get", "model-server"), /^apt-get update\napt-get install -y --no-install-recommends python3-flask$/m);
  assert.throws(() => asked("apk", "onnx-runner"), /no packages for Alpine/);
});

test("a base's tag changes with the suite, the packages and the recipe's files, not with the mirror", () => {
  const tag = baseTag(trixie, recipe);
  assert.equal(baseTag({ ...trixie, mirror: "http://192.0.2.1/debian" }, recipe), tag);
  assert.notEqual(baseTag({ ...trixie, suite: "forky" }, recipe), tag);
  assert.notEqual(baseTag(trixie, { ...recipe, packages: ["python3-flask"] }), tag);
  assert.notEqual(baseTag(trixie, { ...recipe, files: recipe.files.slice(1) }), tag);
  const pulled = (reference: string) => baseTag({ kind: "registry", reference }, recipe);
  assert.match(pulled("ghcr.io:443/team/alpine:3.22"), /base:alpine-/);
  assert.notEqual(pulled("alpine:3.22"), pulled("alpine:3.21"));
});

test("an unknown recipe is refused with the known ones", () => {
  assert.throws(() => findRecipe("model-sever"), /no image recipe is called model-sever/);
});
