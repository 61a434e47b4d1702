import type { AnyHandler } from "./any-handler.ts";
import type { PropertyMap } from "./server/index.ts";
import { type Path, seal, secretPaths } from "./values.ts";

type Declared = Pick<AnyHandler, "secrets">;

/** Marks as secret what the handler declares, and what was secret where it came from. */
export function sealInputs(handler: Declared, source: PropertyMap, inputs: PropertyMap): PropertyMap {
  return seal(inputs, [...declared(handler), ...secretPaths(source)]);
}

/** Marks as secret what the handler declares, and every output that is named like a property that holds a secret. */
export function sealOutputs(handler: Declared, given: readonly PropertyMap[], outputs: PropertyMap): PropertyMap {
  const named = given.flatMap((map) => secretPaths(map).map((path): Path => path.slice(0, 1)));
  return seal(outputs, [...declared(handler), ...named]);
}

function declared(handler: Declared): readonly Path[] {
  return handler.secrets.map((key) => [key]);
}
