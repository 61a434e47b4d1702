import assert from "node:assert/strict";
import { test } from "node:test";
import { parseGuestTimes } from "../../../benchmarks/boot/guest.ts";
import { boot, toMeasurement } from "../../../benchmarks/boot/index.ts";
import type { Place } from "../../../benchmarks/define.ts";

const variant = { id: "here", host: "here", machine: "here", environment: "e", labels: {} };
const first = { answered: 90_000_000_000n, bootId: "b", uptime: 80.5 };

test("phases follow each other and add up to the total; a stamp that is missing joins its phase to the next", () => {
  const console = { stamps: () => ({ console: 12_000_000_000n }), stop: () => undefined };
  const measurement = toMeasurement(
    { start: 10_000_000_000n, console },
    { ...first, banner: 85_000_000_000n, tryBefore: 84_000_000_000n },
  );
  assert.ok(measurement.outcome === "measured");
  assert.deepEqual(measurement.values, { total: 80, guestUptime: 80.5, console: 2, banner: 73, login: 5, resolution: 1 });
  assert.deepEqual(Object.keys(measurement.stamps).sort(), ["answered", "banner", "console", "start", "tryBefore"]);
});

test("behind a bastion, where no banner is seen, there is one phase less", () => {
  const measurement = toMeasurement({ start: 10_000_000_000n }, { ...first, down: 15_000_000_000n });
  assert.ok(measurement.outcome === "measured");
  assert.deepEqual(measurement.values, { total: 80, guestUptime: 80.5, down: 5, login: 75 });
});

test("the guest's own times are read, and a stamp it has not reached is no time", () => {
  const text = `[   12.684279] Run /init as init process
UserspaceTimestampMonotonic=29591718
FinishTimestampMonotonic=0
`;
  assert.deepEqual(parseGuestTimes(text), { guestInit: 12.684279, guestUserspace: 29.591718 });
  assert.deepEqual(parseGuestTimes("[    3.100000] Run /sbin/init as init process\n"), { guestInit: 3.1 });
  assert.deepEqual(parseGuestTimes("dmesg: read kernel buffer failed\n"), {});
});

test("the controller is not rebooted under its own measurement", async () => {
  const place = { connection: { kind: "local", host: "here" } } as Place;
  const measurement = await boot.measure(place, variant, {});
  assert.match(measurement.outcome === "skipped" ? measurement.cause : "", /controller can't be rebooted/);
});

test("a host with tuning that a reboot would lose is skipped", async () => {
  const place = { connection: { kind: "lab", host: "here", directory: "d" } } as Place;
  const measurement = await boot.measure(place, { ...variant, tuning: { "sysctl.vm.swappiness": "10" } }, {});
  assert.match(measurement.outcome === "skipped" ? measurement.cause : "", /tuning that a reboot loses/);
});

test("somebody's host is not restarted without being told that it may", async () => {
  const place = { connection: { kind: "ssh", host: "here" } } as Place;
  const measurement = await boot.measure(place, variant, {});
  assert.match(measurement.outcome === "skipped" ? measurement.cause : "", /nobody said that here may be restarted.*allowReboot/);
});

for (const [kind, powerCycle] of [
  ["ssh", undefined],
  ["ssh", "true"],
  ["lab", "true"],
] as const) {
  const how = powerCycle === undefined ? "reboot" : "power cycle";
  test(`a ${kind} host's ${how} is no series with a dropped page cache of the controller`, async () => {
    const place = { connection: { kind, host: "here", directory: "d" } } as unknown as Place;
    const measurement = await boot.measure(place, variant, { pageCache: "dropped", allowReboot: true, powerCycle });
    assert.match(measurement.outcome === "skipped" ? measurement.cause : "", /pageCache: dropped is for lab machines/);
  });
}

test("what the page cache still held of the disk is a condition of a boot with a dropped one, and of no other", () => {
  const conditions = (residentBytes?: number) => {
    const measurement = toMeasurement({ start: 1n, ...(residentBytes === undefined ? {} : { residentBytes }) }, first);
    return measurement.outcome === "measured" ? measurement.conditions : undefined;
  };
  assert.deepEqual(conditions(4096), { "pageCache.resident": 4096 });
  assert.deepEqual(conditions(), {});
});
