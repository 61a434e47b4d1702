import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { boot } from "../../benchmarks/boot/index.ts";
import { sh } from "../../hosts/index.ts";
import { labMachineHandler } from "../../hosts/lab/handler.ts";
import { readMachine } from "../../hosts/lab/machine-file.ts";
import { type BootMachine, openBootMachine } from "../lab/boot-place.ts";
import { labContext } from "../lab/operation-context.ts";

describe("the boot of a lab machine", { timeout: 1_800_000 }, () => {
  const variant = { id: "boot-e2e", host: "boot-e2e", machine: "here", environment: "e", labels: {} };
  let machine: BootMachine;

  before(async () => {
    machine = await openBootMachine("boot-e2e");
    await machine.place.transport.run(sh`echo kept >/root/kept`);
  });
  after(async () => await machine?.close());

  it("is timed from before QEMU's start to the first command, in phases that add up, over a new system", async (t) => {
    const { place } = machine;
    const before = (await place.transport.run(sh`cat /proc/sys/kernel/random/boot_id`)).stdout;
    const begun = process.hrtime.bigint();
    const measurement = await boot.measure(place, variant, {});
    assert.ok(measurement.outcome === "measured", JSON.stringify(measurement));
    const { values, stamps } = measurement;
    const { total = 0, banner = 0, login = 0, guestUptime = 0 } = values;
    const phases = ["down", "console", "init", "banner", "login"].reduce((sum, name) => sum + (values[name] ?? 0), 0);
    assert.ok(Math.abs(phases - total) < 1e-6, JSON.stringify(values));
    assert.ok(banner > 0 && login > 0 && guestUptime > 1 && guestUptime < total, JSON.stringify(values));
    const { services = 0, packages = 0 } = values;
    assert.ok(services > 3 && packages > 100, JSON.stringify(values));
    assert.ok(begun < BigInt(stamps.start ?? 0) && BigInt(stamps.answered ?? 0) < process.hrtime.bigint());
    assert.notEqual((await place.transport.run(sh`cat /proc/sys/kernel/random/boot_id`)).stdout, before);
    assert.deepEqual(measurement.conditions, {});
    t.diagnostic(JSON.stringify(values));
  });

  it("starts with nothing of its disk in the controller's page cache where that is asked for", async (t) => {
    const measurement = await boot.measure(machine.place, variant, { pageCache: "dropped" });
    assert.ok(measurement.outcome === "measured", JSON.stringify(measurement));
    const { "pageCache.resident": resident = Number.POSITIVE_INFINITY } = measurement.conditions ?? {};
    assert.ok(resident < 2 ** 20, `${resident} B stayed`);
    t.diagnostic(JSON.stringify({ ...measurement.values, resident }));
  });

  it("starts from the disk as the session found it, and leaves the measuring program running and no drift", async () => {
    const { place, root, inputs, stored } = machine;
    assert.equal((await place.transport.run(sh`cat /root/kept`)).stdout, "kept\n");
    const ready = await place.harness.request("before", undefined, { timeoutSeconds: 300 });
    assert.ok(Number.isFinite(ready["control.seconds"]));
    const live = await labMachineHandler.read(labContext(root), { inputs, ...stored });
    assert.deepEqual(live, { inputs, outputs: stored.outputs });
    const directory = join(root, inputs.directory);
    assert.ok(existsSync(join(directory, "snapshot.qcow2")));
    assert.equal((await readMachine(directory))?.uuid, stored.id);
  });
});
