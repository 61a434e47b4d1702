import { Archive, Asset, type PropertyMap, type PropertyValue, Secret, UNKNOWN } from "./server/index.ts";

export type Path = readonly (string | number)[];

/** The value without secret marks at any depth. */
export function reveal(value: PropertyMap): PropertyMap;
export function reveal(value: PropertyValue): PropertyValue;
export function reveal(value: PropertyValue): PropertyValue {
  if (value instanceof Secret) return reveal(value.value);
  if (isList(value)) return value.map((item) => reveal(item));
  return isMap(value) ? mapValues(value, (inner) => reveal(inner)) : value;
}

/** Whether an unknown is in the value at any depth. */
export function hasUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (value instanceof Secret) return hasUnknown(value.value);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}

/** What a handler returned as properties: fields that are `undefined` are absent. Throws `TypeError` on what no state can hold. */
export function toProperties(value: object): PropertyMap {
  const present = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(present.map(([key, inner]) => [key, toProperty(inner)]));
}

function toProperty(value: unknown): PropertyValue {
  if (value === null || value === UNKNOWN) return value as PropertyValue;
  switch (typeof value) {
    case "boolean":
    case "number":
    case "string":
      return value;
    case "object":
      return isLeafObject(value)
        ? value
        : Array.isArray(value)
          ? value.map((item) => toProperty(item ?? null))
          : toProperties(value);
    default:
      throw new TypeError(`a property cannot be of type ${typeof value}`);
  }
}

/** Where secrets are, outermost first and none inside another. */
export function secretPaths(value: PropertyValue, at: Path = []): readonly Path[] {
  if (value instanceof Secret) return [at];
  if (isList(value)) return value.flatMap((item, index) => secretPaths(item, [...at, index]));
  if (isMap(value)) return Object.entries(value).flatMap(([key, inner]) => secretPaths(inner, [...at, key]));
  return [];
}

/** Marks what is at the paths as secret; where a path leads nowhere, the top-level property it starts in, so that nothing slips out. */
export function seal(properties: PropertyMap, paths: readonly Path[]): PropertyMap {
  return paths.reduce<PropertyMap>((sealed, path) => sealTop(sealed, path), properties);
}

function sealTop(properties: PropertyMap, [key, ...rest]: Path): PropertyMap {
  const value = key === undefined ? undefined : properties[key];
  if (key === undefined || value === undefined || value instanceof Secret) return properties;
  return set(properties, key, sealAt(value, rest) ?? new Secret(reveal(value)));
}

function sealAt(value: PropertyValue, [key, ...rest]: Path): PropertyValue | undefined {
  if (value instanceof Secret) return value;
  if (key === undefined) return new Secret(reveal(value));
  if (!isList(value) && !isMap(value)) return undefined;
  const inner = (value as Readonly<Record<string | number, PropertyValue>>)[key];
  const sealed = inner === undefined ? undefined : sealAt(inner, rest);
  if (sealed === undefined) return undefined;
  return isList(value) ? value.map((item, index) => (index === key ? sealed : item)) : set(value, key, sealed);
}

function set(map: PropertyMap, key: string | number, value: PropertyValue): PropertyMap {
  return Object.fromEntries<PropertyValue>([...Object.entries(map), [String(key), value]]);
}

/** A property path as the engine writes it: `a.b[0]["c d"]`. */
export function formatPath(path: Path): string {
  return path.map((part, index) => formatPart(part, index === 0)).join("");
}

function formatPart(part: string | number, first: boolean): string {
  if (typeof part === "number") return `[${part}]`;
  if (!/^[A-Za-z_$][\w$]*$/.test(part)) return `[${JSON.stringify(part)}]`;
  return first ? part : `.${part}`;
}

export function isList(value: unknown): value is readonly PropertyValue[] {
  return Array.isArray(value);
}

/** A plain map, not one of the special values. */
export function isMap(value: unknown): value is PropertyMap {
  return typeof value === "object" && value !== null && !isList(value) && !isLeafObject(value);
}

function isLeafObject(value: object): value is Secret | Asset | Archive {
  return value instanceof Secret || value instanceof Asset || value instanceof Archive;
}

function mapValues(map: PropertyMap, change: (value: PropertyValue) => PropertyValue): PropertyMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
