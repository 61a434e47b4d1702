export {
  type DeliveredImageInputs,
  type DeliveredImageOutputs,
  deliveredImageInputs,
  type EngineName,
  engineName,
} from "./schema.ts";
