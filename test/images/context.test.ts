import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { baseStage, baseTag, mmdebstrapOptions, SOURCE_DATE_EPOCH } from "../../images/base.ts";
import { prepareContext } from "../../images/context.ts";
import { findRecipe } from "../../images/recipes.ts";

const root = mkdtempSync(join(tmpdir(), "distrobench-context-"));
after(() => rmSync(root, { recursive: true }));

const trixie = { kind: "mmdebstrap", suite: "trixie", mirror: undefined } as const;
const slim = { kind: "registry", reference: "debian:trixie-slim@sha256:0123" } as const;
const recipe = findRecipe("model-server");

test("a context is the same every time it is written", () => {
  const first = prepareContext({ root, name: "server", recipe: "model-server", base: trixie });
  const file = join(root, first.context, "app/server.py");
  const before = [readFileSync(join(root, first.dockerfile), "utf8"), statSync(file).mtimeMs, statSync(file).mode & 0o777];
  const second = prepareContext({ root, name: "server", recipe: "model-server", base: trixie });
  assert.deepEqual(first, second);
  assert.deepEqual(before, [readFileSync(join(root, second.dockerfile), "utf8"), SOURCE_DATE_EPOCH * 1000, 0o644]);
  assert.equal(statSync(join(root, first.context, "app")).mtimeMs, SOURCE_DATE_EPOCH * 1000);
});

test("with a base of our own the builder runs nothing", () => {
  const stage = baseStage(trixie, recipe);
  assert.equal(stage, `FROM ${baseTag(trixie, recipe)} AS base\n`);
});

test("with a pulled base the same packages are installed on top of the digest", () => {
  const stage = baseStage(slim, recipe);
  assert.match(stage, /^FROM debian:trixie-slim@sha256:0123 AS base\nRUN .*python3-flask python3-waitress/);
  assert.match(mmdebstrapOptions(recipe, "amd64").join(" "), /--include=python3-flask,python3-waitress/);
});

test("a base's tag changes with the suite and the packages, not with the mirror", () => {
  const tag = baseTag(trixie, recipe);
  assert.equal(baseTag({ ...trixie, mirror: "http://192.0.2.1/debian" }, recipe), tag);
  assert.notEqual(baseTag({ ...trixie, suite: "forky" }, recipe), tag);
  assert.notEqual(baseTag(trixie, { ...recipe, packages: ["python3-flask"] }), tag);
});

test("an unknown recipe is refused with the known ones", () => {
  assert.throws(() => findRecipe("model-sever"), /no image recipe is called model-sever/);
});
