import type { PropertyMap } from "./server/index.ts";

/** The output that keeps the reasons of a partial failure until an operation comes to its end. */
const UNFINISHED = "unfinished";

/**
 * Outputs of a resource that exists in part. The engine forgets a partial failure with the next read that says nothing of it, and would then
 * not call Update: so what is read of such a resource repeats its reasons.
 */
export function asUnfinished(outputs: PropertyMap, reasons: readonly string[]): PropertyMap {
  return { ...outputs, [UNFINISHED]: [...reasons] };
}

/** Why the last operation on a resource did not come to its end; `undefined` where it did. */
export function unfinishedReasons({ [UNFINISHED]: reasons }: PropertyMap): readonly string[] | undefined {
  return Array.isArray(reasons) ? reasons.map(String) : undefined;
}

/** As the handler gave them. */
export function withoutReasons({ [UNFINISHED]: _reasons, ...outputs }: PropertyMap): PropertyMap {
  return outputs;
}
