export { engineEnvironment } from "./choices.ts";
export { describeEngine, type EngineDescription } from "./describe.ts";
export { type Engine, ensureEngine } from "./ensure.ts";
