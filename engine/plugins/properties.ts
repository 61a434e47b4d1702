import { Archive, Asset, type PropertyMap, type PropertyValue, Secret, UNKNOWN } from "../../provider/server/index.ts";

/** The value without secret marks, at any depth. */
export function reveal(value: PropertyValue): PropertyValue {
  if (value instanceof Secret) return reveal(value.value);
  if (isList(value)) return value.map(reveal);
  return isMap(value) ? revealMap(value) : value;
}

/** As `reveal`, and without `null`, which every plugin here treats as absent. */
export function revealMap(map: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(map)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, reveal(value)]),
  );
}

export function isList(value: PropertyValue | undefined): value is readonly PropertyValue[] {
  return Array.isArray(value);
}

/** A plain map: no secret, asset or archive. */
export function isMap(value: PropertyValue | undefined): value is PropertyMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !isList(value) &&
    !(value instanceof Secret || value instanceof Asset || value instanceof Archive)
  );
}

export function hasUnknown(value: PropertyValue): boolean {
  if (value instanceof Secret) return hasUnknown(value.value);
  if (isList(value)) return value.some(hasUnknown);
  return isMap(value) ? Object.values(value).some(hasUnknown) : value === UNKNOWN;
}

/** Assets are equal when their hashes are: contents are elided in what is stored. */
export function sameLeaf(left: PropertyValue | undefined, right: PropertyValue | undefined): boolean {
  if (left === UNKNOWN || right === UNKNOWN) return false;
  if (left instanceof Asset || left instanceof Archive)
    return (
      (right instanceof Asset || right instanceof Archive) && left.constructor === right.constructor && left.hash === right.hash
    );
  return left === right;
}

/** `a.b[0]["c d"]`, as the engine writes property paths. */
export function propertyPath(steps: readonly PropertyKey[]): string {
  return steps.reduce<string>((path, step) => {
    if (typeof step === "number") return `${path}[${step}]`;
    const key = String(step);
    if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
    return path === "" ? key : `${path}.${key}`;
  }, "");
}
