import type { AnyHandler } from "./any-handler.ts";
import { type PropertyMap, UNKNOWN } from "./server/index.ts";
import { hasUnknown, toProperties } from "./values.ts";

/**
 * The outputs a preview shows: the inputs, what the handler promises, and of an existing resource's other outputs that they will
 * be known later. Outputs promised unchanged keep dependants out of the plan.
 */
export function previewOutputs(handler: AnyHandler, inputs: PropertyMap, old: PropertyMap | undefined): PropertyMap {
  const later = Object.fromEntries(Object.keys(old ?? {}).map((key) => [key, UNKNOWN] as const));
  return { ...later, ...inputs, ...promise(handler, inputs, old) };
}

/** A promise that would need an unknown input is not made. */
function promise(handler: AnyHandler, inputs: PropertyMap, old: PropertyMap | undefined): PropertyMap {
  try {
    return toProperties(handler.preview?.(onlyKnown(inputs), old) ?? {});
  } catch (error) {
    if (error instanceof TouchedUnknown) return {};
    throw error;
  }
}

/** A view of the inputs that throws when a property is read whose value is not (wholly) known. */
function onlyKnown(inputs: PropertyMap): object {
  return new Proxy(inputs, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (hasUnknown(value)) throw new TouchedUnknown();
      return value;
    },
  });
}

class TouchedUnknown extends Error {}
