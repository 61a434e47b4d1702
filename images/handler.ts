export { baseImageHandler } from "./base-image.ts";
export { deliveredImageHandler } from "./delivered-image.ts";
