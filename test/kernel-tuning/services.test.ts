import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PartialFailure } from "../../hosts/index.ts";
import { restoreHost } from "../../kernel-tuning/index.ts";
import type { TuningInputs, TuningOutputs } from "../../kernel-tuning/schema.ts";
import { createTuningHandler } from "../../kernel-tuning/tuning-handler.ts";
import { failure } from "./bench.ts";
import { contextOf, inputsOf, MemoryHost } from "./memory-host.ts";

const [BASE, NEEDS, FURTHER, IDLE, SOCKET] = ["base", "needs.service", "further.service", "idle.service", "base.socket"].map(
  (name) => `service ${name}`,
) as [string, string, string, string, string];
const found = { [BASE]: "running", [NEEDS]: "running", [FURTHER]: "running", [IDLE]: "stopped", [SOCKET]: "running" };
const goingAlong = {
  base: ["needs.service", "idle.service", "base.socket"],
  "needs.service": ["further.service"],
  "base.socket": ["base.service"],
};
const STOPPED = { "service.base": "stopped" };

/**
 * A host whose init system stops what needs a service along with it and starts what a service needs along with that one, whose sockets can't be
 * started beside their service, and which forgets what belongs together once it is stopped.
 */
function bench(cells: Readonly<Record<string, string>> = found) {
  const host = new MemoryHost(cells);
  const said: string[] = [];
  const written: string[] = [];
  const handler = createTuningHandler(async () => host);
  host.goingAlong = goingAlong;
  host.refuses = (key, value, now) => key === SOCKET && value === "running" && now.get(BASE) === "running";
  host.along = (key, now) => {
    written.push(`${key.slice("service ".length)} ${now.get(key)}`);
    if (key === BASE && now.get(BASE) === "stopped") {
      for (const other of [NEEDS, FURTHER]) now.set(other, "stopped");
      host.goingAlong = {};
    }
    if ([NEEDS, FURTHER].includes(key) && now.get(key) === "running") now.set(BASE, "running");
  };
  return {
    host,
    said,
    written,
    handler,
    context: contextOf(said),
    untouched: () => assert.deepEqual(host.cells, new Map(Object.entries(cells))),
  };
}

describe("a service that rests for a run", () => {
  it("takes along what needs it and what would start it again; all that ran runs again after, sockets first, and nothing else", async () => {
    const { host, said, written, handler, context, untouched } = bench();
    const inputs = inputsOf(STOPPED);
    const { id, outputs } = await handler.create(context, inputs);
    assert.deepEqual([...host.cells.values()], Array(5).fill("stopped"));
    assert.deepEqual(written.splice(0), [
      "further.service stopped",
      "needs.service stopped",
      "base.socket stopped",
      "base stopped",
    ]);
    assert.deepEqual(outputs.readBack, STOPPED);
    await handler.delete(context, { id, inputs, outputs });
    assert.deepEqual(written, ["base.socket running", "base running", "needs.service running", "further.service running"]);
    untouched();
    assert.deepEqual([host.record, said], [undefined, []]);
  });

  it("is no drift while all of it rests, though the host has forgotten what belongs together; a second up writes nothing", async () => {
    const { host, handler, context, untouched } = bench();
    const inputs = inputsOf(STOPPED);
    const { id, outputs } = await handler.create(context, inputs);
    assert.deepEqual(await handler.read(context, { id, inputs, outputs }), { inputs, outputs });
    const again = await handler.update(context, { id, inputs, outputs }, inputs);
    assert.deepEqual([host.writes, again.baseline], [1, outputs.baseline]);
    await handler.delete(context, { id, inputs, outputs: again });
    untouched();
  });

  it("shows as drift, with its name, what somebody starts of it meanwhile; up stops it again, and destroy knows what ran at first", async () => {
    const { host, said, handler, context, untouched } = bench();
    const inputs = inputsOf(STOPPED);
    const { id, outputs } = await handler.create(context, inputs);
    host.cells.set(SOCKET, "running");
    const seen = await handler.read(context, { id, inputs, outputs });
    assert.ok(seen !== "gone");
    assert.deepEqual(seen.inputs.knobs, { "service.base": "base.socket=running" });
    assert.deepEqual(said.splice(0), ["box: service.base: expected base.socket=stopped, found base.socket=running"]);
    const repaired = await handler.update(context, { id, ...seen }, inputs);
    assert.equal(host.cells.get(SOCKET), "stopped");
    await handler.delete(context, { id, inputs, outputs: repaired });
    untouched();
  });

  it("comes back with all of it by the host's own record, wherever the run was killed while it stopped them", async () => {
    for (const cutAfter of [0, 1, 2, 3]) {
      const { host, handler, context, untouched } = bench();
      host.cutAfter = cutAfter;
      await failure(handler.create(context, inputsOf(STOPPED)));
      host.cutAfter = undefined;
      assert.deepEqual((await restoreHost(host, { force: false }))?.failures, []);
      untouched();
      assert.equal(host.record, undefined);
    }
  });

  it("comes back when the profile gives it up, and what two services take along stays stopped for the other one", async () => {
    const other = { ...found, "service other": "running" };
    const { host, handler, context, untouched } = bench(other);
    host.goingAlong = { ...goingAlong, other: ["needs.service"] };
    const both = inputsOf({ ...STOPPED, "service.other": "stopped" });
    const { id, outputs } = await handler.create(context, both);
    host.along = () => {};
    const one = inputsOf({ "service.other": "stopped" });
    const updated = await handler.update(context, { id, inputs: both, outputs }, one);
    assert.deepEqual(
      [BASE, SOCKET, NEEDS, FURTHER, "service other"].map((cell) => host.cells.get(cell)),
      ["running", "running", "stopped", "stopped", "stopped"],
    );
    await handler.delete(context, { id, inputs: one, outputs: updated });
    untouched();
  });

  it("leaves to the profile what that has a wish for itself, by whatever name", async () => {
    const wishes: Readonly<Record<string, string>>[] = [{ "service.needs": "stopped" }, { "service.needs": "running" }];
    for (const wish of wishes) {
      const { host, handler, context, untouched } = bench({ ...found, "service needs": "running" });
      host.along = () => {};
      const inputs = inputsOf({ ...STOPPED, ...wish });
      const { id, outputs } = await handler.create(context, inputs);
      assert.deepEqual(
        outputs.reports.map(({ status }) => status),
        ["applied", "applied"],
      );
      assert.deepEqual([host.cells.get("service needs"), host.cells.get(NEEDS)], [wish["service.needs"], "running"]);
      await handler.delete(context, { id, inputs, outputs });
      untouched();
    }
  });

  it("is guarded when logins come through something that needs it, and the host starts that again when nobody can log in", async () => {
    const cells = { "service net": "running", "service sshd": "running", "value /proc/sys/vm/swappiness": "60" };
    const { host, handler, context, untouched } = bench(cells);
    host.goingAlong = { net: ["sshd"] };
    host.along = (key, now) => void (key === "service net" && now.get(key) === "stopped" && now.set("service sshd", "stopped"));
    const reachable = (now: ReadonlyMap<string, string>) => now.get("service sshd") === "running";
    host.reachable = reachable;
    const inputs: TuningInputs = inputsOf({ "service.net": "stopped", "sysctl.vm.swappiness": "7" });
    const error = (await failure(handler.create(context, inputs))) as PartialFailure<TuningOutputs>;
    assert.match(error.message, /nobody could log in anew within 120 s with sshd = stopped, net = stopped/);
    assert.deepEqual(Object.fromEntries(host.cells), { ...cells, "value /proc/sys/vm/swappiness": "7" });
    await handler.delete(context, { id: error.id, inputs, outputs: error.outputs });
    untouched();
  });
});
