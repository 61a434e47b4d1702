import { UserError } from "../../hosts/index.ts";
import { type Knob, wantEach } from "./knob.ts";

const PATH = "/sys/devices/system/cpu/cpu*/cpuidle/state*/disable";

/** `idle.deepest: "1"`: states above number 1 are disabled on every CPU. Leaving a deep state takes up to some 100 µs. */
export const cpuIdle: Knob = {
  prefix: "idle",
  argument: /^deepest$/,
  reads: () => [{ kind: "value", name: PATH }],
  plan: (_, value, around) => {
    if (!/^\d+$/.test(value)) throw new UserError(`idle.deepest: expected the number of a state, found ${value}`);
    const state = (path: string) => Number(/state(\d+)\/disable$/.exec(path)?.[1]);
    const wanted = ({ name }: { readonly name: string }, earlier: string) => (state(name) > Number(value) ? "1" : earlier);
    return wantEach(PATH, wanted, around, "the CPUs have no idle states that can be chosen");
  },
};
