import type { DiffKind, DiffResult, PropertyMap, PropertyValue } from "../../provider/server/index.ts";
import { isList, isMap, propertyPath, revealMap, sameLeaf } from "./properties.ts";

type Change = readonly [path: readonly PropertyKey[], kind: "add" | "delete" | "update"];

/**
 * Structural difference of old and new inputs, by property path; secret marks do not count. Keys that begin with `__` and
 * `version` are ignored. A change of exactly a path in `replaceOn` replaces.
 */
export function diffInputs(olds: PropertyMap, news: PropertyMap, replaceOn: readonly string[]): DiffResult {
  const changes = changesOfMap([], relevant(olds), relevant(news));
  const detailed = changes.map(([steps, kind]) => {
    const path = propertyPath(steps);
    return [path, { kind: replaceOn.includes(path) ? replacing(kind) : kind, inputDiff: true }] as const;
  });
  const replaces = detailed.filter(([, { kind }]) => kind.endsWith("-replace")).map(([path]) => path);
  return {
    changes: changes.length === 0 ? "none" : "some",
    detailed: Object.fromEntries(detailed),
    ...(replaces.length === 0 ? {} : { replaces }),
  };
}

function relevant(map: PropertyMap): PropertyMap {
  return revealMap(Object.fromEntries(Object.entries(map).filter(([key]) => !key.startsWith("__") && key !== "version")));
}

function replacing(kind: "add" | "delete" | "update"): DiffKind {
  return `${kind}-replace`;
}

function changesOf(
  path: readonly PropertyKey[],
  old: PropertyValue | undefined,
  now: PropertyValue | undefined,
): readonly Change[] {
  if (old === undefined) return now === undefined ? [] : [[path, "add"]];
  if (now === undefined) return [[path, "delete"]];
  if (isList(old) && isList(now)) return changesOfList(path, old, now);
  if (isMap(old) && isMap(now)) return changesOfMap(path, old, now);
  return sameLeaf(old, now) ? [] : [[path, "update"]];
}

function changesOfMap(path: readonly PropertyKey[], old: PropertyMap, now: PropertyMap): readonly Change[] {
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return keys.flatMap((key) => changesOf([...path, key], old[key], now[key]));
}

function changesOfList(
  path: readonly PropertyKey[],
  old: readonly PropertyValue[],
  now: readonly PropertyValue[],
): readonly Change[] {
  const length = Math.max(old.length, now.length);
  return Array.from({ length }, (_, index) => changesOf([...path, index], old[index], now[index])).flat();
}
