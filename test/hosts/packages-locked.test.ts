import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lockedVersions } from "../../hosts/packages/locked.ts";

const state = {
  ...{ release: "trixie", candidates: new Map(), active: [], hasIndex: true },
  installed: new Map([
    ["ours", "2"],
    ["theirs", "2"],
    ["there", "1"],
  ]),
  versions: new Map([
    ["new", ["1", "2"]],
    ["ours", ["1", "2"]],
    ["theirs", ["1"]],
    ["moved", ["2", "3"]],
  ]),
};
const check = (versions: Record<string, string>) => lockedVersions({ versions }, state, ["ours"]);

describe("locked versions of packages", () => {
  test("are taken where they are installed or can be had", () => {
    assert.deepEqual(check({ there: "1", new: "1" }), { versions: { there: "1", new: "1" }, problems: [] });
  });

  test("replace what we brought ourselves, never what the host's owner installed", () => {
    assert.deepEqual(check({ ours: "1", theirs: "1" }), {
      versions: { ours: "1" },
      problems: ["theirs 1: the host has 2, which stays"],
    });
  });

  test("that are not to be had are named with what is", () => {
    assert.deepEqual(check({ moved: "1", gone: "1" }), {
      versions: {},
      problems: ["moved 1: to be had is only 2, 3", "gone 1: no package source of the host has it"],
    });
  });
});
