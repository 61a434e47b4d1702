export { loadPlan, stackNames } from "./load.ts";
export type { Plan, PlannedBenchmark, PlannedHost, PlannedImage } from "./plan.ts";
export { declareStack } from "./program.ts";
export { suggest } from "./suggest.ts";
