import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { disturbers } from "../../hosts/index.ts";
import { parseRecords } from "../../kernel-tuning/host/records.ts";
import { knobsOf } from "../../kernel-tuning/index.ts";
import { planKnobs } from "../../kernel-tuning/plan.ts";
import { createTuningHandler } from "../../kernel-tuning/tuning-handler.ts";
import { viewOf } from "../../kernel-tuning/view.ts";
import { contextOf, inputsOf, MemoryHost } from "./memory-host.ts";

const quiet = knobsOf("quiet");

describe("the profile quiet", () => {
  it("stops every unit and every service that a preflight calls a disturbance", () => {
    const units = disturbers.flatMap(({ unit, openrc }) => [unit, openrc]).filter((name) => name !== undefined);
    assert.ok(units.length > 25);
    assert.deepEqual(
      units.filter((name) => quiet[`service.${name.replace(/\.service$/, "")}`] !== "stopped"),
      [],
    );
  });

  it("has every value as wanted though a tuner takes its own back when it is stopped, and gives both back", async () => {
    const found = { "service tuned": "running", "value /proc/sys/vm/swappiness": "10", "value /proc/sys/vm/dirty_ratio": "20" };
    const host = new MemoryHost(found);
    host.along = (key, cells) => {
      if (key === "service tuned") cells.set("value /proc/sys/vm/swappiness", cells.get(key) === "stopped" ? "60" : "10");
    };
    const handler = createTuningHandler(async () => host);
    const inputs = inputsOf({ "service.tuned": "stopped", "sysctl.vm.swappiness": "<10", "sysctl.vm.dirty_ratio": "40" });
    const { id, outputs } = await handler.create(contextOf([]), inputs);
    assert.deepEqual([...host.cells.values()], ["stopped", "10", "40"]);
    assert.deepEqual(await handler.read(contextOf([]), { id, inputs, outputs }), { inputs, outputs });
    const { writes } = host;
    await handler.update(contextOf([]), { id, inputs, outputs }, inputs);
    assert.equal(host.writes, writes, "what is as wanted is written once");
    await handler.delete(contextOf([]), { id, inputs, outputs });
    assert.deepEqual(Object.fromEntries(host.cells), found);
  });

  it("stops the indexers of whoever is logged in, and starts those again that ran", async () => {
    const found = { "session 1000/localsearch-3": "running", "session 1001/localsearch-3": "stopped" };
    const host = new MemoryHost(found);
    const handler = createTuningHandler(async () => host);
    const inputs = inputsOf(quiet as Record<string, string>);
    const { id, outputs } = await handler.create(contextOf([]), inputs);
    assert.deepEqual([...host.cells.values()], ["stopped", "stopped"]);
    await handler.delete(contextOf([]), { id, inputs, outputs });
    assert.deepEqual(Object.fromEntries(host.cells), found);
  });

  it("has nothing to take back for somebody who has logged out since", async () => {
    const host = new MemoryHost({ "session 1000/localsearch-3": "running" });
    const handler = createTuningHandler(async () => host);
    const inputs = inputsOf({ "session.localsearch-3": "stopped" });
    const { id, outputs } = await handler.create(contextOf([]), inputs);
    host.cells.clear();
    await handler.delete(contextOf([]), { id, inputs, outputs });
    assert.deepEqual([host.cells.size, host.record], [0, undefined]);
  });

  it("leaves no disturbance to the hand that is a unit of the users' own systemd", () => {
    const view = viewOf(parseRecords("fact\tinit\tsystemd\nsession\t1000/kde-baloo\trunning\n"), "tromjaro");
    const plan = planKnobs({ knobs: quiet }, view, undefined).find(({ name }) => name === "session.kde-baloo")?.plan;
    assert.deepEqual(plan, { cells: [{ kind: "session", name: "1000/kde-baloo", wanted: "stopped" }] });
  });
});
