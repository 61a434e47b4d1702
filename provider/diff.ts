import { Archive, Asset, type DiffKind, type DiffResult, type PropertyMap, type PropertyValue } from "./server/index.ts";
import { formatPath, isList, isMap, type Path } from "./values.ts";

interface Change {
  readonly path: Path;
  readonly kind: "add" | "delete" | "update";
}

/**
 * Compares inputs, without secret marks, by property path; lists by index. An unknown differs from everything known.
 * A replacement deletes first: what we own on a host exists once.
 */
export function diffInputs(
  rules: { readonly replaceOn: readonly string[]; readonly notInDiff: readonly string[] },
  olds: PropertyMap,
  news: PropertyMap,
): DiffResult {
  const changes = compareMaps(olds, news, []).filter(({ path }) => !rules.notInDiff.includes(String(path[0])));
  if (changes.length === 0) return { changes: "none", detailed: {} };
  const replaces = (change: Change) => rules.replaceOn.includes(String(change.path[0]));
  const detailed = changes.map((change) => {
    const kind: DiffKind = replaces(change) ? `${change.kind}-replace` : change.kind;
    return [formatPath(change.path), { kind, inputDiff: true }] as const;
  });
  const replacing = changes.filter(replaces).map(({ path }) => formatPath(path));
  return {
    changes: "some",
    detailed: Object.fromEntries(detailed),
    replaces: replacing,
    deleteBeforeReplace: replacing.length > 0,
  };
}

function compareMaps(old: PropertyMap, now: PropertyMap, at: Path): readonly Change[] {
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return keys.flatMap((key) => compare(old[key], now[key], [...at, key]));
}

function compare(old: PropertyValue | undefined, now: PropertyValue | undefined, path: Path): readonly Change[] {
  if (old === now) return [];
  if (old === undefined) return [{ path, kind: "add" }];
  if (now === undefined) return [{ path, kind: "delete" }];
  if (isList(old) && isList(now)) return compareLists(old, now, path);
  if (isMap(old) && isMap(now)) return compareMaps(old, now, path);
  return isSameLeaf(old, now) ? [] : [{ path, kind: "update" }];
}

function compareLists(old: readonly PropertyValue[], now: readonly PropertyValue[], path: Path): readonly Change[] {
  const length = Math.max(old.length, now.length);
  return Array.from({ length }).flatMap((_, index) => compare(old[index], now[index], [...path, index]));
}

/** Files are equal when their hashes are; NaN equals itself. */
function isSameLeaf(old: PropertyValue, now: PropertyValue): boolean {
  if (old instanceof Asset && now instanceof Asset) return old.hash === now.hash;
  if (old instanceof Archive && now instanceof Archive) return old.hash === now.hash;
  return Object.is(old, now);
}
