export { describeBase, type ImageBase } from "./base.ts";
export { type BuildContext, prepareContext } from "./context.ts";
export { findRecipe, recipes } from "./recipes.ts";
export {
  type BaseImageInputs,
  type BaseImageOutputs,
  baseImageInputs,
  type DeliveredImageInputs,
  type DeliveredImageOutputs,
  deliveredImageInputs,
  type EngineName,
  engineName,
} from "./schema.ts";
