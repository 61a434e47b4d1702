export { describeEngine, type EngineDescription, type PartDescription } from "./describe.ts";
export { type Engine, type EngineOptions, engineEnvironment, ensureEngine } from "./ensure.ts";
