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

/**
 * `cpu.governor`, `cpu.preference` (EPP), `cpu.bias` (EPB), `cpu.lowest` and `cpu.highest` in kHz, `cpu.turbo` on or off. Most virtual
 * machines have none.
 */
export const cpuFrequency: Knob = {
  prefix: "cpu",
  argument: new RegExp(`^(turbo|${Object.keys(settings).join("|")})$`),
  reads: (name) => pathsOf(name).map((path) => ({ kind: "value", name: path })),
  plan: (name, value, around) => {
    if (name === "turbo") return turbo(value, around);
    const { path = "", choices, words } = settings[name] ?? {};
    const offered = (file: string) => around.view.values.get(`value ${file.replace(/[^/]*$/, choices ?? "")}`)?.split(" ") ?? [];
    const number = words?.[value] ?? value;
    const pick = ({ name: file }: { readonly name: string }, earlier: string) => settle(number, earlier, offered(file));
    return wantEach(path, pick, around, `the CPUs' frequency can't be steered here (no ${path.split("/").at(-1)})`);
  },
};

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
