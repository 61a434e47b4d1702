import { UserError } from "../../hosts/index.ts";
import type { Knob } from "./knob.ts";
import { stopping } from "./stopping.ts";

/** `service.packagekit: stopped`: what indexes, updates or reports in the background rests during the run, and is started again after. */
export const service: Knob = {
  prefix: "service",
  argument: /^[A-Za-z0-9_@.:-]+$/,
  reads: (name) => [{ kind: "service", name }],
  plan: (name, value, around) => {
    if (value !== "stopped" && value !== "running")
      throw new UserError(`service.${name}: expected stopped or running, found ${value}`);
    const cell = { kind: "service", name } as const;
    return around.earlier(cell) === undefined
      ? { notApplicable: `${name} is not installed, or masked` }
      : { cells: value === "stopped" ? stopping(name, around) : [{ ...cell, wanted: value }] };
  },
};
