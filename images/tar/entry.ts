/** Kinds of entries by their flag in a header. */
export const kinds = {
  "0": "file",
  "1": "link",
  "2": "symlink",
  "3": "character-device",
  "4": "block-device",
  "5": "directory",
  "6": "fifo",
} as const;

/** One entry of a tar archive. Texts hold one byte per character (latin1), because names and attributes of files are bytes. */
export interface TarEntry {
  /** Relative to the root, without `./` before it or `/` after it; empty for the root itself. */
  readonly path: string;
  readonly kind: (typeof kinds)[keyof typeof kinds];
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970, whole. */
  readonly mtime: number;
  /** Bytes of content; 0 for all but files. */
  readonly size: number;
  /** What a link leads to: another entry's path, or the text of a symbolic one. */
  readonly link: string;
  readonly device: readonly [major: number, minor: number];
  /** Extended attributes, as records of a pax header (`SCHILY.xattr.security.capability`). */
  readonly attributes: Readonly<Record<string, string>>;
}

export const BLOCK = 512;
/** What ends an archive. */
export const END = Buffer.alloc(2 * BLOCK);
/** Longest name that a plain header holds, in bytes. */
const SHORT = 100;

/** An entry's header. Equal entries give equal bytes: no owner's name, no other time, no variant of the format. */
export function encodeHeader(entry: TarEntry): Buffer {
  const { attributes, link } = entry;
  const path = pathOf(entry);
  const records = [
    ...(isPlain(path) ? [] : [["path", path] as const]),
    ...(isPlain(link) ? [] : [["linkpath", link] as const]),
    ...Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)),
  ];
  const plain = block({ ...entry, path, flag: flagOf(entry.kind) });
  if (records.length === 0) return plain;
  const extended = Buffer.from(records.map(record).join(""), "latin1");
  const none = { mode: 0o644, uid: 0, gid: 0, mtime: 0, link: "", device: [0, 0] as const };
  return Buffer.concat([
    block({ ...none, path: "PaxHeader", flag: "x", size: extended.length }),
    extended,
    padding(extended.length),
    plain,
  ]);
}

/** What fills content up to whole blocks. */
export function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** A directory's name ends with `/`, as engines expect. */
function pathOf({ path, kind }: TarEntry): string {
  if (path === "") return "./";
  return kind === "directory" ? `${path}/` : path;
}

function isPlain(text: string): boolean {
  return text.length <= SHORT && /^[\x20-\x7e]*$/.test(text);
}

function flagOf(kind: TarEntry["kind"]): string {
  return Object.entries(kinds).find(([, name]) => name === kind)?.[0] ?? "0";
}

type Fields = Omit<TarEntry, "kind" | "attributes"> & { readonly flag: string };

function block({ path, flag, mode, uid, gid, mtime, size, link, device }: Fields): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(path.slice(0, SHORT), 0, "latin1");
  const numbers = [
    ...[[mode, 100, 8] as const, [uid, 108, 8] as const, [gid, 116, 8] as const, [size, 124, 12] as const],
    ...[[mtime, 136, 12] as const, [device[0], 329, 8] as const, [device[1], 337, 8] as const],
  ];
  for (const [value, at, width] of numbers) header.write(octal(value, width), at, "latin1");
  header.write(flag, 156, "latin1");
  header.write(link.slice(0, SHORT), 157, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 8 * 0x20);
  header.write(`${octal(sum, 7)}\0 `, 148, "latin1");
  return header;
}

/** Throws `RangeError` for what has no room: a file of 8 GiB, an owner above two million. */
function octal(value: number, width: number): string {
  const text = value.toString(8).padStart(width - 1, "0");
  if (text.length < width) return text;
  throw new RangeError(`${value} has no room in a tar header`);
}

/** `30 mtime=1350244992.023960108\n`: a record's length counts itself. */
function record([key, value]: readonly [string, string]): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  return `${length}${rest}`;
}
