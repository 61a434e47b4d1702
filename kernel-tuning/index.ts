export { controllerOf } from "./controller.ts";
export { shellHost } from "./host/shell-host.ts";
export { knobProblem } from "./knobs/index.ts";
export { readDrifts, tunedOf } from "./live.ts";
export { isOwn, ownerWords, wayOn } from "./owner.ts";
export { includedBy, knobsOf, overlaid, type ProfileTable, profiles } from "./profiles.ts";
export { restoreHost } from "./recover.ts";
export { type Baseline, knobValue, type TuningInputs } from "./schema.ts";
