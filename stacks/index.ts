export { gateSettings, loadPlan, stackNames } from "./load.ts";
export { LENIENT_VARIABLE, LOCK_VARIABLE, lockFile, readLock } from "./lock.ts";
export { describeLockDifference, type LockDifference, lockDifferences } from "./lock-differences.ts";
export type { Lock } from "./lock-schema.ts";
export type { Plan, PlannedHost } from "./plan.ts";
export { confirmationOf } from "./plan-steps.ts";
export type { GateSettings } from "./schema.ts";
export { environmentSecret, withSecrets } from "./secrets.ts";
export { suggest } from "./suggest.ts";
