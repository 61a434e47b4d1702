import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PartialFailure } from "../../hosts/index.ts";
import { knobsOf, profiles } from "../../kernel-tuning/index.ts";
import type { TuningOutputs } from "../../kernel-tuning/schema.ts";
import { createTuningHandler } from "../../kernel-tuning/tuning-handler.ts";
import { MANY_KNOBS } from "../e2e/tuning/many-knobs.ts";
import { contextOf, inputsOf, MemoryHost } from "./memory-host.ts";

const SWAPPINESS = "value /proc/sys/vm/swappiness";
const COOKIES = "value /proc/sys/net/ipv4/tcp_syncookies";
const BACKLOG = "value /proc/sys/net/core/somaxconn";
const SSH = "service ssh";
const BASE_SLICE = "value /sys/kernel/debug/sched/base_slice_ns";
const PARTITION = "property model.slice/cpuset.cpus.partition";
const found = {
  ...{ [SWAPPINESS]: "60", [COOKIES]: "1", [BACKLOG]: "4096", [SSH]: "running" },
  "controllers /sys/fs/cgroup/cgroup.subtree_control": "cpu cpuset memory",
};
const bench = (cells: Readonly<Record<string, string>> = found) => {
  const host = new MemoryHost(cells);
  const handler = createTuningHandler(async () => host);
  return { host, handler, context: contextOf([]), before: new Map(host.cells) };
};
const failureOf = async (promise: Promise<unknown>) =>
  await promise.then(
    () => assert.fail("it succeeded"),
    (error: PartialFailure<TuningOutputs>) => error,
  );

describe("what may cut the link", () => {
  it("is none of what the profiles of distrobench set, so that one handshake is enough for them", async () => {
    const sysctls = [...Object.keys(profiles).flatMap((name) => Object.keys(knobsOf(name))), ...Object.keys(MANY_KNOBS)];
    const paths = sysctls.filter((knob) => knob.startsWith("sysctl.net.")).map((knob) => knob.slice("sysctl.".length));
    const cells = Object.fromEntries(paths.map((key) => [`value /proc/sys/${key.replaceAll(".", "/")}`, "1"]));
    for (const name of Object.keys(profiles)) {
      const { host, handler, context } = bench({ ...found, ...cells });
      await handler.create(context, inputsOf({ ...(knobsOf(name) as Record<string, string>), ...MANY_KNOBS }));
      assert.equal(host.confirmations, 0, name);
    }
    assert.ok(paths.length > 10);
  });

  for (const [what, knobs] of Object.entries({
    "any other setting of the network": { "sysctl.net.ipv4.tcp_syncookies": "0" },
    "a lowered limit of the network": { "sysctl.net.core.somaxconn": "1" },
    "a stopped service that logins come through": { "service.ssh": "stopped" },
    "a slice that takes CPUs away from all others": {
      "slice.model.cpuset.cpus": "serving",
      "slice.model.cpuset.cpus.partition": "isolated",
    },
  }))
    it(`is ${what}: it stays when a new connection has confirmed it`, async () => {
      const { host, handler, context, before } = bench();
      const inputs = inputsOf(knobs);
      const { id, outputs } = await handler.create(context, inputs);
      assert.equal(host.confirmations, 1);
      assert.ok(outputs.reports.every(({ status }) => status === "applied"));
      await handler.update(context, { id, inputs, outputs }, inputs);
      assert.equal(host.confirmations, 1);
      await handler.delete(context, { id, inputs, outputs });
      assert.deepEqual(host.cells, before);
    });

  it("is put back by the host when nobody can log in anew; the rest stays until destroy, which leaves nothing", async () => {
    const { host, handler, context, before } = bench();
    host.reachable = (cells) => cells.get(COOKIES) === "1";
    const inputs = inputsOf({ "sysctl.net.ipv4.tcp_syncookies": "0", "sysctl.vm.swappiness": "10" });
    const failure = await failureOf(handler.create(context, inputs));
    assert.match(
      failure.message,
      /box: nobody could log in anew within 120 s with \/proc\/sys\/net\/ipv4\/tcp_syncookies = 0, so the host put back what was there at 2026-01-01T00:02:00Z/,
    );
    assert.deepEqual([host.cells.get(COOKIES), host.cells.get(SWAPPINESS)], ["1", "10"]);
    await handler.delete(context, { id: failure.id, inputs, outputs: failure.outputs });
    assert.deepEqual([host.cells, host.record], [before, undefined]);
  });

  it("may have the kernel compute times of the scheduler anew: those of the profile are written after it, and again when it is repaired", async () => {
    const { host, handler, context, before } = bench({ ...found, [BASE_SLICE]: "1400000" });
    host.along = (key, cells) => {
      if (key === PARTITION || key === "slice model.slice") cells.set(BASE_SLICE, "1400000");
    };
    const inputs = inputsOf({
      ...{ "sched.base_slice_ns": "1000000", "sysctl.vm.swappiness": "10" },
      ...{ "slice.model.cpuset.cpus": "serving", "slice.model.cpuset.cpus.partition": "root" },
    });
    const { id, outputs } = await handler.create(context, inputs);
    assert.deepEqual([host.cells.get(BASE_SLICE), host.cells.get(PARTITION)], ["1000000", "root"]);
    host.cells.set(PARTITION, "member");
    await handler.update(context, { id, inputs, outputs }, inputs);
    assert.deepEqual([host.cells.get(BASE_SLICE), host.cells.get(PARTITION)], ["1000000", "root"]);
    const without = inputsOf({ "sched.base_slice_ns": "1000000", "sysctl.vm.swappiness": "10" });
    const left = await handler.update(context, { id, inputs, outputs }, without);
    assert.deepEqual([host.cells.get(BASE_SLICE), host.cells.get(PARTITION)], ["1000000", undefined]);
    await handler.delete(context, { id, inputs: without, outputs: left });
    assert.deepEqual(host.cells, before);
  });

  it("takes with it, when the host puts it back, what was written after it", async () => {
    const { host, handler, context } = bench({ ...found, [BASE_SLICE]: "1400000" });
    host.reachable = (cells) => cells.get(PARTITION) !== "root";
    const inputs = inputsOf({
      ...{ "sched.base_slice_ns": "1000000" },
      ...{ "slice.model.cpuset.cpus": "serving", "slice.model.cpuset.cpus.partition": "root" },
    });
    const failure = await failureOf(handler.create(context, inputs));
    assert.match(
      failure.message,
      /with model\.slice\/cpuset\.cpus\.partition = root, .*base_slice_ns = 1000000, so the host put back/,
    );
    assert.deepEqual([host.cells.get(BASE_SLICE), host.cells.get(PARTITION)], ["1400000", "member"]);
  });

  it("is not asked for on the machine that distrobench runs on, which has no link", async () => {
    const { host, context } = bench();
    const alone = { read: () => host.read(), write: host.write.bind(host) };
    await createTuningHandler(async () => alone).create(context, inputsOf({ "sysctl.net.ipv4.tcp_syncookies": "0" }));
    assert.equal(host.confirmations, 0);
  });
});
