import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { $ } from "zx";
import { UserError } from "../../hosts/index.ts";
import { controllerOf } from "../../kernel-tuning/index.ts";

const folder = mkdtempSync(join(tmpdir(), "distrobench-controller-"));
after(() => rmSync(folder, { recursive: true, force: true }));

describe("a controller", () => {
  it("has a name for people, and an id that is its checkout's: another has another, a moved one keeps its own", () => {
    const here = join(folder, "here");
    const first = controllerOf(here);
    assert.match(first.name, /^\S.*@.+:\/.*\/here$/);
    assert.equal(controllerOf(here).id, first.id);
    assert.notEqual(controllerOf(join(folder, "there")).id, first.id);
    renameSync(here, join(folder, "moved"));
    assert.deepEqual(
      [controllerOf(join(folder, "moved")).id, controllerOf(join(folder, "moved")).name === first.name],
      [first.id, false],
    );
  });

  it("is one for processes that ask first at the same moment, and what it is known by is nobody else's to read", async () => {
    const root = join(folder, "busy");
    const module = join(import.meta.dirname, "../../kernel-tuning/index.ts");
    const program = `const { controllerOf } = await import(${JSON.stringify(module)}); console.log(controllerOf(process.argv[1]).id)`;
    const ask = async () => (await $({ quiet: true })`node --import tsx --input-type=module -e ${program} ${root}`).stdout;
    const ids = await Promise.all([ask(), ask()]);
    assert.equal(new Set(ids).size, 1);
    assert.deepEqual(readdirSync(join(root, ".distrobench")), ["controller"]);
    assert.equal(statSync(join(root, ".distrobench/controller")).mode & 0o777, 0o600);
  });

  it("does not guess when its file holds something else", () => {
    const root = join(folder, "odd");
    controllerOf(root);
    writeFileSync(join(root, ".distrobench/controller"), "");
    assert.throws(
      () => controllerOf(root),
      (error) => error instanceof UserError && /does not hold the id of this checkout/.test(error.message),
    );
  });
});
