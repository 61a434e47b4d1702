import { distributionOf, UserError } from "../../hosts/index.ts";
import type { HostView } from "../view.ts";
import type { Knob } from "./knob.ts";

/**
 * `hold.kernel: on`: the running kernel's packages stay at their version whatever is upgraded (apt-mark hold, IgnorePkg, a version in
 * apk's world). What was held before stays held after.
 */
export const kernelHold: Knob = {
  prefix: "hold",
  argument: /^kernel$/,
  reads: () => [{ kind: "hold", name: "*" }],
  plan: (_, value, { view }) => {
    if (value !== "on") throw new UserError(`hold.kernel: expected on, found ${value}`);
    const { packages, kernelPackages } = distributionOf(view.distribution);
    const names = kernelPackages(installed(packages.family, view), view.release);
    if (names.length === 0) return { notApplicable: `no installed package brings the running kernel ${view.release}` };
    return { cells: names.map((name) => ({ kind: "hold", name: `${packages.family}/${name}`, wanted: "held" })) };
  },
};

function installed(family: string, { values }: HostView): string[] {
  const start = `hold ${family}/`;
  return [...values.keys()].filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));
}
