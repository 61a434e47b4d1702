import type { FileHandle } from "node:fs/promises";
import { END, encodeHeader, padding } from "./entry.ts";
import { type ArchivedEntry, readBytes } from "./read.ts";

const CHUNK = 1024 * 1024;

/**
 * The entries in the one order and form that a tree of files has here, however its archive was written: sorted by the bytes of their
 * paths, no time later than `latest` (seconds since 1970), and a file with several names stored under the first of them.
 * Throws `SyntaxError` for a link to nothing.
 */
export function canonical(entries: readonly ArchivedEntry[], latest: number): ArchivedEntry[] {
  return byFirstName(entries)
    .map((entry) => ({ ...entry, mtime: Math.min(entry.mtime, latest) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The archive of such entries, whose content is read from where it lies in `from`. */
export async function* canonicalTar(from: FileHandle, entries: readonly ArchivedEntry[]): AsyncGenerator<Buffer> {
  for (const entry of entries) {
    yield encodeHeader(entry);
    for (let at = 0; at < entry.size; at += CHUNK)
      yield await readBytes(from, entry.start + at, Math.min(CHUNK, entry.size - at));
    yield padding(entry.size);
  }
  yield END;
}

/** The order of a directory decides which name an archiver meets first, and makes the file; the others are links to it. */
function byFirstName(entries: readonly ArchivedEntry[]): ArchivedEntry[] {
  const names = new Map<string, string[]>();
  for (const { kind, path } of entries) if (kind !== "link") names.set(path, [path]);
  for (const { kind, path, link } of entries) {
    if (kind !== "link") continue;
    const known = names.get(link);
    if (known === undefined) throw new SyntaxError(`${path} is a link to ${link}, which the tar archive does not hold`);
    known.push(path);
  }
  return entries.flatMap((entry) => (entry.kind === "link" ? [] : underAll(entry, names.get(entry.path) ?? [])));
}

function underAll(entry: ArchivedEntry, names: readonly string[]): ArchivedEntry[] {
  const [first = entry.path, ...others] = [...names].sort();
  return [{ ...entry, path: first }, ...others.map((path) => ({ ...entry, path, kind: "link" as const, link: first, size: 0 }))];
}
