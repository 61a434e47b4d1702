export { controllerOf } from "./controller.ts";
export { shellHost } from "./host/shell-host.ts";
export { knobProblem } from "./knobs/index.ts";
export { isOwn, ownerWords, wayOn } from "./owner.ts";
export { knobsOf, profiles } from "./profiles.ts";
export { restoreHost } from "./recover.ts";
export { type Baseline, knobValue, type TuningInputs } from "./schema.ts";
