import type { AnyHandler } from "./any-handler.ts";

/** Every resource type of distrobench. The engine sends a token, which a handler here answers to. */
export const handlers: readonly AnyHandler[] = [];
