export { hostHandler } from "./host-handler.ts";
export { packagesHandler } from "./packages/handler.ts";
