import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { boot } from "../../../benchmarks/boot/index.ts";
import type { SessionPlace } from "../../../benchmarks/session/place.ts";
import { sh } from "../../../hosts/index.ts";
import { type BootPlace, openBootPlace } from "../../lab/boot-place.ts";
import { bootMachines, type Machines } from "../../lab/machines.ts";

/** QMP greets, wants its capabilities agreed, and then takes the command; run by Node.js on the controller. */
const RESET = `const s = require("node:net").connect(process.argv[1], () => {
  s.write('{"execute":"qmp_capabilities"}{"execute":"system_reset"}');
});
let said = "";
s.on("data", (text) => {
  said += text;
  if ((said.match(/"return"/g) ?? []).length === 2) s.end();
});`;

describe("the boot of a host over SSH", { timeout: 2_400_000 }, () => {
  const variant = { id: "reboots", host: "reboots", machine: "here", environment: "e", labels: {} };
  let machines: Machines;
  let opened: BootPlace;
  let place: SessionPlace;

  before(async () => {
    machines = await bootMachines(["reboots"], ["node"], "grub");
    opened = await openBootPlace(only(machines).connection, process.cwd());
    place = opened.place;
  });
  after(async () => {
    await opened?.close();
    await machines?.stop();
  });

  async function bootId(): Promise<string> {
    return (await place.transport.run(sh`cat /proc/sys/kernel/random/boot_id`)).stdout.trim();
  }

  it("is timed from `reboot`, through the end of the old system, to the first command of the new one", async (t) => {
    const old = await bootId();
    const measurement = await boot.measure(place, variant, { allowReboot: true });
    assert.ok(measurement.outcome === "measured", JSON.stringify(measurement));
    const { total = 0, down = 0, banner = 0, login = 0, guestUptime = 0, guestFinish = 0 } = measurement.values;
    assert.ok(down > 0 && banner > 0 && login > 0, JSON.stringify(measurement.values));
    assert.ok(Math.abs(down + banner + login - total) < 1e-6, JSON.stringify(measurement.values));
    assert.ok(guestUptime > 0 && guestUptime < total - down && guestFinish > 0, JSON.stringify(measurement.values));
    assert.notEqual(await bootId(), old);
    const ready = await place.harness.request("before", undefined, { timeoutSeconds: 300 });
    assert.ok(Number.isFinite(ready["control.seconds"]));
    t.diagnostic(JSON.stringify(measurement.values));
  });

  it("is timed from a command of this machine that cuts the power", async (t) => {
    const old = await bootId();
    const powerCycle = `${process.execPath} -e '${RESET.replaceAll("'", "'\\''")}' ${only(machines).controlSocket}`;
    const measurement = await boot.measure(place, variant, { powerCycle });
    assert.ok(measurement.outcome === "measured", JSON.stringify(measurement));
    assert.ok((measurement.values.guestUptime ?? 0) < (measurement.values.total ?? 0), JSON.stringify(measurement.values));
    assert.notEqual(await bootId(), old);
    t.diagnostic(JSON.stringify(measurement.values));
  });
});

function only({ all }: Machines): Machines["all"][number] {
  const [machine] = all;
  assert.ok(machine !== undefined);
  return machine;
}
