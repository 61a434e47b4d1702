import { readOr } from "./conditions.ts";
import { celsius, throttleBits } from "./edge/thermal.ts";
import { namesIn } from "./folder.ts";

const CPUS = "/sys/devices/system/cpu";

/**
 * How often the processors were slowed down for heat since boot, over all counters of all CPUs: only differences mean something.
 * `undefined` where the kernel counts nothing: virtual machines, and other architectures than x86 (drivers/thermal/intel/therm_throt.c).
 */
export function throttleCount(root = CPUS): number | undefined {
  const counts = names(root, /^cpu\d+$/).flatMap((cpu) =>
    ["core_throttle_count", "package_throttle_count"].flatMap((file) => number(`${root}/${cpu}/thermal_throttle/${file}`)),
  );
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

/** Hertz that the slowest CPU may reach now; cooling devices lower it (cpufreq's policy maximum, in kHz). `undefined` without cpufreq. */
export function frequencyLimit(root = CPUS): number | undefined {
  const limits = names(`${root}/cpufreq`, /^policy\d+$/).flatMap((policy) =>
    number(`${root}/cpufreq/${policy}/scaling_max_freq`),
  );
  return limits.length === 0 ? undefined : 1000 * Math.min(...limits);
}

/** Hertz at this moment, the mean over all CPUs (cpufreq's current frequency, in kHz): a label, not a rule. `undefined` without cpufreq. */
export function frequency(root = CPUS): number | undefined {
  const now = names(`${root}/cpufreq`, /^policy\d+$/).flatMap((policy) => number(`${root}/cpufreq/${policy}/scaling_cur_freq`));
  return now.length === 0 ? undefined : (1000 * now.reduce((sum, kilohertz) => sum + kilohertz, 0)) / now.length;
}

let firmwareAnswers = true;

/** What heat and power do to this host now; what it does not tell is absent. Asks Raspberry Pi's firmware only where it has answered. */
export async function heat(): Promise<Readonly<Record<string, number>>> {
  const bits = firmwareAnswers ? await throttleBits() : undefined;
  firmwareAnswers = bits !== undefined;
  const found = {
    ...{ throttle: bits, throttles: throttleCount(), celsius: celsius() },
    ...{ frequency: frequency(), "frequency.limit": frequencyLimit() },
  };
  return Object.fromEntries(Object.entries(found).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function names(folder: string, wanted: RegExp): readonly string[] {
  return namesIn(folder).filter((name) => wanted.test(name));
}

function number(path: string): readonly number[] {
  const text = readOr(path).trim();
  return /^\d+$/.test(text) ? [Number(text)] : [];
}
