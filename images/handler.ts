export { baseImageHandler } from "./base-image.ts";
export { deliveredImageHandler } from "./delivered-image.ts";
export { deliveredModelHandler } from "./models/delivered-model.ts";
