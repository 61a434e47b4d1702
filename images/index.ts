export type { ImageBase } from "./base.ts";
export { prepareContext } from "./context.ts";
export { describeModel, type ModelSource, modelSource } from "./models/schema.ts";
export { findRecipe, recipes } from "./recipes.ts";
export {
  type EngineName,
  engineName,
} from "./schema.ts";
