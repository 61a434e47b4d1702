import { UserError } from "../../hosts/index.ts";
import { settle } from "../values.ts";
import { type Knob, type KnobPlan, present, type Surroundings, wantEach } from "./knob.ts";

const POLICY = "/sys/devices/system/cpu/cpufreq/policy*";

interface Setting {
  readonly path: string;
  /** File beside it that says what may be written. */
  readonly choices?: string;
  /** Numbers by the words that stand for them: the file answers with numbers. */
  readonly words?: Readonly<Record<string, string>>;
}

const settings: Readonly<Record<string, Setting>> = {
  governor: { path: `${POLICY}/scaling_governor`, choices: "scaling_available_governors" },
  preference: { path: `${POLICY}/energy_performance_preference`, choices: "energy_performance_available_preferences" },
  bias: {
    path: "/sys/devices/system/cpu/cpu*/power/energy_perf_bias",
    // arch/x86/kernel/cpu/intel_epb.c
    words: { performance: "0", "balance-performance": "4", normal: "6", "balance-power": "8", power: "15" },
  },
  lowest: { path: `${POLICY}/scaling_min_freq` },
  highest: { path: `${POLICY}/scaling_max_freq` },
};
const NO_TURBO = "/sys/devices/system/cpu/intel_pstate/no_turbo";
const BOOST = "/sys/devices/system/cpu/cpufreq/boost";

const PREFERENCE = "preference";
const others = Object.keys(settings).filter((name) => name !== PREFERENCE);

/** `cpu.governor`, `cpu.bias` (EPB), `cpu.lowest` and `cpu.highest` in kHz, `cpu.turbo` on or off. Most virtual machines have none. */
export const cpuFrequency: Knob = knobOf(["turbo", ...others]);

/**
 * `cpu.preference` (EPP), a knob apart because it comes after the governor: while that is `performance` intel_pstate and amd-pstate take no
 * other preference (EBUSY; drivers/cpufreq/ of 6.12).
 */
export const cpuPreference: Knob = knobOf([PREFERENCE]);

/** Whether a file is to be put back after the governors, for the same reason. */
export const followsGovernor = (path: string): boolean => path.endsWith("/energy_performance_preference");

function knobOf(names: readonly string[]): Knob {
  return {
    prefix: "cpu",
    argument: new RegExp(`^(${names.join("|")})$`),
    reads: (name) => pathsOf(name).map((path) => ({ kind: "value", name: path })),
    plan: (name, value, around) => (name === "turbo" ? turbo(value, around) : setting(name, value, around)),
  };
}

function setting(name: string, value: string, around: Surroundings): KnobPlan {
  const { path = "", choices, words } = settings[name] ?? {};
  const offered = (file: string) => around.view.values.get(`value ${file.replace(/[^/]*$/, choices ?? "")}`)?.split(" ") ?? [];
  const number = words?.[value] ?? value;
  const pick = ({ name: file }: { readonly name: string }, earlier: string) => settle(number, earlier, offered(file));
  return wantEach(path, pick, around, `the CPUs' frequency can't be steered here (no ${path.split("/").at(-1)})`);
}

function pathsOf(name: string): string[] {
  if (name === "turbo") return [NO_TURBO, BOOST];
  const { path = "", choices } = settings[name] ?? {};
  return choices === undefined ? [path] : [path, `${POLICY}/${choices}`];
}

/** Intel's file says what is off, the general one what is on. */
function turbo(value: string, around: Surroundings): KnobPlan {
  if (value !== "on" && value !== "off") throw new UserError(`cpu.turbo: expected on or off, found ${value}`);
  const intel = { kind: "value", name: NO_TURBO } as const;
  const general = { kind: "value", name: BOOST } as const;
  if (present(intel, around)) return { cells: [{ ...intel, wanted: value === "on" ? "0" : "1" }] };
  if (present(general, around)) return { cells: [{ ...general, wanted: value === "on" ? "1" : "0" }] };
  return { notApplicable: "turbo can't be steered here" };
}
