export { loadPlan, stackNames } from "./load.ts";
export type { Plan, PlannedHost } from "./plan.ts";
export { environmentSecret, withSecrets } from "./secrets.ts";
export { suggest } from "./suggest.ts";
