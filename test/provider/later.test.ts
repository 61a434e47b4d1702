import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { later } from "../../provider/later.ts";
import type { PluginImplementation } from "../../provider/server/index.ts";
import { call } from "./fixtures.ts";

const handshake = { engineAddress: "127.0.0.1:1", rootDirectory: "/root", programDirectory: undefined };

/** A plugin that notes what it is told, and how often it was loaded. */
function watched(load: () => void = () => undefined) {
  const told: string[] = [];
  const plugin: PluginImplementation = {
    name: "inner",
    version: "1",
    handshake: ({ rootDirectory }) => void told.push(`handshake ${rootDirectory}`),
    check: async (_call, _olds, inputs) => {
      told.push("check");
      return { inputs, failures: [] };
    },
    diff: async () => ({ changes: "some" }),
    create: async () => ({ id: "made", outputs: {} }),
    update: async () => ({ outputs: { updated: true } }),
    read: async () => "gone",
    delete: async () => void told.push("delete"),
    cancel: async () => void told.push("cancel"),
  };
  const outer = later({ name: "outer", version: "2" }, async () => {
    load();
    told.push("loaded");
    return plugin;
  });
  return { outer, told };
}

const stored = { id: "made", inputs: {}, outputs: {} };

describe("a plugin that is loaded late", () => {
  it("says what it is, takes the handshake and is cancelled without being loaded", async () => {
    const { outer, told } = watched();
    outer.handshake?.(handshake);
    await outer.cancel?.();
    assert.deepEqual([outer.name, outer.version, told], ["outer", "2", []]);
  });

  it("is loaded once, by the first calls about resources, and has had the handshake before them", async () => {
    const { outer, told } = watched();
    outer.handshake?.(handshake);
    await Promise.all([outer.check(call(), {}, { a: 1 }), outer.check(call(), {}, {})]);
    assert.deepEqual(told, ["loaded", "handshake /root", "check", "check"]);
  });

  it("answers as the plugin does", async () => {
    const { outer, told } = watched();
    assert.deepEqual(await outer.check(call(), {}, { a: 1 }), { inputs: { a: 1 }, failures: [] });
    assert.deepEqual(await outer.diff(call(), stored, {}), { changes: "some" });
    assert.deepEqual(await outer.create(call(), {}, false), { id: "made", outputs: {} });
    assert.deepEqual(await outer.update(call(), stored, {}, false), { outputs: { updated: true } });
    assert.equal(await outer.read?.(call(), stored), "gone");
    await outer.delete?.(call(), stored);
    await outer.cancel?.();
    assert.deepEqual(told.slice(-2), ["delete", "cancel"]);
  });

  it("reports every call that it could not be loaded for, and can be cancelled all the same", async () => {
    const { outer } = watched(() => {
      throw new Error("a part is missing");
    });
    await assert.rejects(outer.check(call(), {}, {}), /a part is missing/);
    await assert.rejects(outer.create(call(), {}, false), /a part is missing/);
    await outer.cancel?.();
  });
});
