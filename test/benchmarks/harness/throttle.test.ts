import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { frequency, frequencyLimit, throttleCount } from "../../../benchmarks/harness/throttle.ts";

const parent = mkdtempSync(join(tmpdir(), "distrobench-throttle-"));
after(() => rmSync(parent, { recursive: true }));

/** A folder in the shape of /sys/devices/system/cpu, written after the kernel's documentation. */
function system(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(parent, "cpu-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), `${text}\n`);
  }
  return root;
}

test("counters of heat are summed over cores and packages", () => {
  const root = system({
    "cpu0/thermal_throttle/core_throttle_count": "3",
    "cpu0/thermal_throttle/package_throttle_count": "10",
    "cpu1/thermal_throttle/core_throttle_count": "4",
    "cpu1/thermal_throttle/core_throttle_total_time_ms": "99",
    "cpufreq/policy0/scaling_max_freq": "3600000",
  });
  assert.equal(throttleCount(root), 17);
});

test("the frequency limit is that of the slowest CPU, in hertz", () => {
  const root = system({ "cpufreq/policy0/scaling_max_freq": "2400000", "cpufreq/policy4/scaling_max_freq": "1800000" });
  assert.equal(frequencyLimit(root), 1.8e9);
});

test("the frequency of the moment is the mean over all CPUs, in hertz", () => {
  const root = system({ "cpufreq/policy0/scaling_cur_freq": "2400000", "cpufreq/policy4/scaling_cur_freq": "1200000" });
  assert.equal(frequency(root), 1.8e9);
});

test("a host without counters has none, which is not 0", () => {
  const root = system({ "cpu0/online": "1" });
  assert.equal(throttleCount(root), undefined);
  assert.equal(frequencyLimit(root), undefined);
  assert.equal(frequency(root), undefined);
});
