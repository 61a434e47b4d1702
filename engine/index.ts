export { engineEnvironment } from "./choices.ts";
export { describeEngine, type EngineDescription, type PartDescription } from "./describe.ts";
export { type Engine, type EngineOptions, ensureEngine } from "./ensure.ts";
