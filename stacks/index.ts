export { loadPlan, stackNames } from "./load.ts";
export type { Plan, PlannedBenchmark, PlannedHost, PlannedImage } from "./plan.ts";
export { suggest } from "./suggest.ts";
