export { loadPlan, stackNames } from "./load.ts";
export type { Plan } from "./plan.ts";
export { suggest } from "./suggest.ts";
