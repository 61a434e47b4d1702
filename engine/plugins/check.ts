import type { z } from "zod";
import { type CheckFailure, type PropertyMap, type PropertyValue, UNKNOWN } from "../../provider/server/index.ts";
import { isList, isMap, propertyPath, revealMap } from "./properties.ts";

/** Failures of a strict schema: unknown and missing properties, wrong types. What is not known yet passes. */
export function checkProperties(schema: z.ZodType, news: PropertyMap): readonly CheckFailure[] {
  const revealed = revealMap(withoutInternal(news));
  const result = schema.safeParse(revealed);
  return (result.error?.issues ?? [])
    .filter((issue) => valueAt(revealed, issue.path) !== UNKNOWN)
    .flatMap((issue) =>
      // A key too many is reported at the key, not at what holds it.
      (issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]).map((path) => ({
        property: propertyPath(path),
        reason: issue.message,
      })),
    );
}

/** Keys such as `__defaults` belong to the engine and the SDK. */
function withoutInternal(map: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !key.startsWith("__")));
}

function valueAt(root: PropertyValue, path: readonly PropertyKey[]): PropertyValue | undefined {
  return path.reduce<PropertyValue | undefined>((value, step) => {
    if (isList(value)) return value[Number(step)];
    return isMap(value) ? value[String(step)] : value;
  }, root);
}
