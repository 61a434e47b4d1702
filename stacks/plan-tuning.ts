import { knobsOf } from "../kernel-tuning/index.ts";
import type { PlannedTuning } from "./plan.ts";
import type { MatrixHost } from "./schema.ts";

/** A host's profile with its own knobs over it. Throws `UserError` on a profile or a knob that does not exist. */
export function planTuning(tuning: MatrixHost["tuning"]): PlannedTuning | undefined {
  if (tuning === undefined) return undefined;
  const { profile, knobs: own, ...more } = typeof tuning === "string" ? { profile: tuning, knobs: {} } : tuning;
  const knobs = { ...knobsOf(profile), ...own };
  const { cpus, force, confirmSeconds } = { cpus: undefined, force: undefined, confirmSeconds: undefined, ...more };
  return {
    profile: Object.keys(own).length === 0 ? profile : `${profile} and own knobs`,
    knobs,
    ...(cpus === undefined ? {} : { cpus: { ...cpus } }),
    ...(confirmSeconds === undefined ? {} : { confirmSeconds }),
    ...(force === undefined ? {} : { force }),
    slice: Object.keys(knobs).some((knob) => knob.startsWith("slice.model.")) ? "model.slice" : undefined,
  };
}
