export { filesHandler } from "./files/handler.ts";
export { hostHandler } from "./host-handler.ts";
export { packagesHandler } from "./packages/handler.ts";
