import { UserError } from "../../hosts/index.ts";
import { settle } from "../values.ts";
import { type Knob, type KnobPlan, present, type Surroundings, wantEach } from "./knob.ts";

const POLICY = "/sys/devices/system/cpu/cpufreq/policy*";
const files: Readonly<Record<string, { readonly file: string; readonly choices?: string }>> = {
  governor: { file: "scaling_governor", choices: "scaling_available_governors" },
  preference: { file: "energy_performance_preference", choices: "energy_performance_available_preferences" },
  lowest: { file: "scaling_min_freq" },
  highest: { file: "scaling_max_freq" },
};
const NO_TURBO = "/sys/devices/system/cpu/intel_pstate/no_turbo";
const BOOST = "/sys/devices/system/cpu/cpufreq/boost";

/** `cpu.governor`, `cpu.preference` (EPP), `cpu.lowest` and `cpu.highest` in kHz, `cpu.turbo` on or off. Most virtual machines have none. */
export const cpuFrequency: Knob = {
  prefix: "cpu",
  argument: new RegExp(`^(turbo|${Object.keys(files).join("|")})$`),
  reads: (name) => {
    const { file, choices } = files[name] ?? {};
    const paths =
      name === "turbo" ? [NO_TURBO, BOOST] : [file, choices].flatMap((one) => (one === undefined ? [] : [`${POLICY}/${one}`]));
    return paths.map((path) => ({ kind: "value", name: path }));
  },
  plan: (name, value, around) => {
    if (name === "turbo") return turbo(value, around);
    const { file, choices } = files[name] ?? {};
    const offered = (path: string) => around.view.values.get(`value ${path.replace(/[^/]*$/, choices ?? "")}`)?.split(" ") ?? [];
    const pick = ({ name: path }: { readonly name: string }, earlier: string) => settle(value, earlier, offered(path));
    return wantEach(`${POLICY}/${file}`, pick, around, `the CPUs' frequency can't be steered here (no cpufreq ${name})`);
  },
};

/** Intel's file says what is off, the general one what is on. */
function turbo(value: string, around: Surroundings): KnobPlan {
  if (value !== "on" && value !== "off") throw new UserError(`cpu.turbo: expected on or off, found ${value}`);
  const intel = { kind: "value", name: NO_TURBO } as const;
  const general = { kind: "value", name: BOOST } as const;
  if (present(intel, around)) return { cells: [{ ...intel, wanted: value === "on" ? "0" : "1" }] };
  if (present(general, around)) return { cells: [{ ...general, wanted: value === "on" ? "1" : "0" }] };
  return { notApplicable: "turbo can't be steered here" };
}
