import { knobsOf, overlaid, profiles } from "../kernel-tuning/index.ts";
import type { PlannedTuning } from "./plan.ts";
import type { Matrix, MatrixHost } from "./schema.ts";

/** A host's profile with its own knobs over it. Throws `UserError` on a profile or a knob that does not exist. */
export function planTuning(tuning: MatrixHost["tuning"], ownProfiles: Matrix["profiles"]): PlannedTuning | undefined {
  if (tuning === undefined) return undefined;
  const { profile, knobs: own, ...more } = typeof tuning === "string" ? { profile: tuning, knobs: {} } : tuning;
  const knobs = overlaid(knobsOf(profile, { ...ownProfiles, ...profiles }), own);
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
