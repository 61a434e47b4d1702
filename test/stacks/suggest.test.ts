import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { suggest } from "../../stacks/suggest.ts";

const names = ["memory", "disk", "cpus", "accelerator", "mirror"];

describe("a suggestion", () => {
  it("is the nearest name", () => {
    assert.equal(suggest("memroy", names), "memory");
    assert.equal(suggest("Disk", names), "disk");
    assert.equal(suggest("acelerator", names), "accelerator");
  });

  it("is not made for a word that is like none", () => {
    assert.equal(suggest("banana", names), undefined);
    assert.equal(suggest("x", []), undefined);
  });

  it("is found after one letter of a long name was lost", () => {
    fc.assert(
      fc.property(fc.constantFrom("memory", "accelerator", "mirror"), fc.nat(10), (name, at) => {
        assert.equal(suggest(name.slice(0, at % name.length) + name.slice((at % name.length) + 1), names), name);
      }),
    );
  });
});
