import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseRecords } from "../../kernel-tuning/host/records.ts";
import { planKnobs } from "../../kernel-tuning/plan.ts";
import { createTuningHandler } from "../../kernel-tuning/tuning-handler.ts";
import { viewOf } from "../../kernel-tuning/view.ts";
import { sample } from "../golden.ts";
import { contextOf, inputsOf, MemoryHost } from "./memory-host.ts";

const view = viewOf(parseRecords(sample("kernel-tuning/made-up-predictable-names-read.txt")), "debian");
const cellsOf = (knobs: Readonly<Record<string, string>>, knob: string) => {
  const plan = planKnobs({ knobs }, view, undefined).find(({ name }) => name === knob)?.plan;
  return plan !== undefined && "cells" in plan ? plan.cells.map(({ name, wanted }) => `${name} ${wanted}`) : plan;
};
const irqs = (...numbers: readonly number[]) => numbers.map((number) => `/proc/irq/${number}/smp_affinity_list 0`);

describe("the word network", () => {
  it("means the interrupts of every interface that is a device, whatever it is called, and no other's", () => {
    assert.deepEqual(cellsOf({ "irq.network": "housekeeping" }, "irq.network"), irqs(40, 130, 131, 132, 150));
  });

  it("means their queues, and not those of a bridge or of a container's network", () => {
    const receive = ["end0/queues/rx-0", "enp1s0/queues/rx-0", "enp1s0/queues/rx-1", "wlp3s0/queues/rx-0"];
    assert.deepEqual(
      cellsOf({ "rps.network": "housekeeping" }, "rps.network"),
      receive.map((queue) => `/sys/class/net/${queue}/rps_cpus 1`),
    );
    assert.deepEqual(
      cellsOf({ "xps.network": "serving" }, "xps.network"),
      ["tx-0", "tx-1"].map((queue) => `/sys/class/net/enp1s0/queues/${queue}/xps_cpus e`),
    );
  });

  it("gives way to the name of one interface, which answers for its own", () => {
    const knobs = { "irq.network": "housekeeping", "irq.end0": "0" };
    assert.deepEqual(cellsOf(knobs, "irq.network"), irqs(40, 130, 131, 132, 150));
    const other = { "irq.network": "housekeeping", "irq.end0": "3" };
    assert.deepEqual(cellsOf(other, "irq.network"), irqs(130, 131, 132, 150));
    assert.deepEqual(cellsOf(other, "irq.end0"), ["/proc/irq/40/smp_affinity_list 3"]);
  });

  it("is not applicable on a host without such an interface", () => {
    const bare = viewOf(parseRecords("fact\tonline\t0-1\nvalue\t/sys/class/net/veth1/queues/rx-0/rps_cpus\t0\n"), "alpine");
    const plans = planKnobs({ knobs: { "irq.network": "0", "rps.network": "0" } }, bare, undefined);
    assert.ok(plans.every(({ plan }) => "notApplicable" in plan));
  });

  it("shows drift of any of them, and is put back one by one", async () => {
    const IRQ = "value /proc/irq/24/smp_affinity_list";
    const QUEUE = "value /sys/class/net/eth0/queues/rx-0/rps_cpus";
    const host = new MemoryHost({ [IRQ]: "1-2", [QUEUE]: "4", "value /sys/class/net/veth1/queues/rx-0/rps_cpus": "2" });
    const before = new Map(host.cells);
    const handler = createTuningHandler(async () => host);
    const inputs = inputsOf({ "irq.network": "housekeeping", "rps.network": "housekeeping" });
    const { id, outputs } = await handler.create(contextOf([]), inputs);
    assert.deepEqual([host.cells.get(IRQ), host.cells.get(QUEUE)], ["0", "1"]);
    host.cells.set(QUEUE, "0");
    const seen = await handler.read(contextOf([]), { id, inputs, outputs });
    assert.deepEqual(seen === "gone" ? seen : seen.inputs.knobs, { ...inputs.knobs, "rps.network": "0" });
    host.cells.set(QUEUE, "1");
    await handler.delete(contextOf([]), { id, inputs, outputs });
    assert.deepEqual(host.cells, before);
  });
});
