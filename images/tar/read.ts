import type { FileHandle } from "node:fs/promises";
import { BLOCK, kinds, type TarEntry } from "./entry.ts";

/** An entry of an archive on disk. */
export interface ArchivedEntry extends TarEntry {
  /** Where its content begins in the archive, in bytes. */
  readonly start: number;
}

/** Records of a pax header that are part of a file; times and owners' names are not. */
const ATTRIBUTES = /^SCHILY\.(?:xattr|acl)\./;

/** Lists an archive in pax or GNU form, uncompressed. Rejects with `SyntaxError` where it is none, or cut. */
export async function readEntries(archive: FileHandle): Promise<ArchivedEntry[]> {
  const entries: ArchivedEntry[] = [];
  let position = 0;
  let extended: Readonly<Record<string, string>> = {};
  for (;;) {
    const header = await readBytes(archive, position, BLOCK);
    if (header.every((byte) => byte === 0)) return entries;
    const flag = text(header, 156, 1);
    const start = position + BLOCK;
    const size = Number(extended.size ?? number(header, 124, 12));
    position = start + Math.ceil(size / BLOCK) * BLOCK;
    if (/^[xLK]$/.test(flag)) extended = { ...extended, ...moreOf(flag, await readBytes(archive, start, size)) };
    else if (flag !== "g") {
      entries.push({ ...entryOf(header, flag, size, extended), start });
      extended = {};
    }
  }
}

/** Reads `size` bytes at `position`. Rejects with `SyntaxError` where the archive ends before. */
export async function readBytes(archive: FileHandle, position: number, size: number): Promise<Buffer> {
  const { buffer, bytesRead } = await archive.read(Buffer.alloc(size), 0, size, position);
  if (bytesRead < size) throw new SyntaxError(`the tar archive ends at byte ${position + bytesRead}, in the middle`);
  return buffer;
}

/** What an entry before the entry says about it: a pax header, or one of GNU's long names. */
function moreOf(flag: string, content: Buffer): Readonly<Record<string, string>> {
  const whole = content.toString("latin1");
  if (flag === "x") return parseRecords(whole);
  return { [flag === "L" ? "path" : "linkpath"]: whole.replace(/\0.*$/s, "") };
}

function parseRecords(whole: string): Readonly<Record<string, string>> {
  const records: Record<string, string> = {};
  for (let at = 0; at < whole.length; ) {
    const length = Number.parseInt(whole.slice(at), 10);
    const [, key = "", value = ""] = /^\d+ ([^=]+)=(.*)\n$/s.exec(whole.slice(at, at + length)) ?? [];
    if (key === "") throw new SyntaxError(`no record of a pax header: ${JSON.stringify(whole.slice(at, at + 80))}`);
    records[key] = value;
    at += length;
  }
  return records;
}

function entryOf(header: Buffer, flag: string, size: number, extended: Readonly<Record<string, string>>): TarEntry {
  const kind = kindOf(flag, header);
  const link = extended.linkpath ?? text(header, 157, 100);
  return {
    path: relative(extended.path ?? nameIn(header)),
    kind,
    mode: number(header, 100, 8) & 0o7777,
    uid: Number(extended.uid ?? number(header, 108, 8)),
    gid: Number(extended.gid ?? number(header, 116, 8)),
    mtime: Math.floor(Number(extended.mtime ?? number(header, 136, 12))),
    size: kind === "file" ? size : 0,
    link: kind === "link" ? relative(link) : link,
    device: kind.endsWith("device") ? [number(header, 329, 8), number(header, 337, 8)] : [0, 0],
    attributes: Object.fromEntries(Object.entries(extended).filter(([key]) => ATTRIBUTES.test(key))),
  };
}

function kindOf(flag: string, header: Buffer): TarEntry["kind"] {
  const kind = flag === "" ? "file" : (kinds as Readonly<Record<string, TarEntry["kind"]>>)[flag];
  if (kind === undefined) throw new SyntaxError(`an entry of kind ${flag} in the tar archive: ${nameIn(header)}`);
  return kind;
}

/** GNU's form has other things where the POSIX form has the name's first half. */
function nameIn(header: Buffer): string {
  const prefix = header.toString("latin1", 257, 263) === "ustar\0" ? text(header, 345, 155) : "";
  return prefix === "" ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`;
}

function relative(path: string): string {
  return path
    .replace(/^(?:\.?\/)+/, "")
    .replace(/\/+$/, "")
    .replace(/^\.$/, "");
}

function text(header: Buffer, at: number, width: number): string {
  return header.toString("latin1", at, at + width).replace(/\0.*$/s, "");
}

/** An octal number, or GNU's binary form of a large one. */
function number(header: Buffer, at: number, width: number): number {
  if ((header[at] ?? 0) >= 0x80) return Number(header.readBigUInt64BE(at + width - 8));
  const value = Number.parseInt(text(header, at, width).trim() || "0", 8);
  if (Number.isNaN(value)) throw new SyntaxError(`no number at byte ${at} of a tar header`);
  return value;
}
