export { tuningHandler } from "./tuning-handler.ts";
