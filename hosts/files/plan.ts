import { UserError } from "../errors.ts";
import type { FoundFile, FoundFiles } from "./found.ts";
import type { FilesBaseline, FilesInputs, WantedFile } from "./schema.ts";
import type { FileOrder, FileStep } from "./script.ts";

export interface FilesPlan {
  /** `undefined` when there is nothing to do. */
  readonly order: FileOrder | undefined;
  /** What is known of the host afterwards. */
  readonly baseline: FilesBaseline;
  /** Somebody else changed these since, so they are left alone. */
  readonly conflicts: readonly string[];
}

/** What brings a host to the wanted files; files no longer wanted go back. Pure. Throws `UserError` for what is no file. */
export function planFiles(inputs: FilesInputs, found: FoundFiles, known: FilesBaseline | undefined, owner: string): FilesPlan {
  const wanted = Object.entries(inputs.files);
  for (const [path] of wanted) refuseOther(inputs.host, path, found.files.get(path));
  const leaving = Object.keys(known?.files ?? {}).filter((path) => inputs.files[path] === undefined);
  const back = goBack(known, found, leaving);
  const entries = wanted.map(([path, file]) => {
    const before = known?.files[path]?.before ?? textOf(found.files.get(path));
    return [path, { before, wrote: wroteText(file) }] as const;
  });
  const kept = leaving.filter((path) => back.conflicts.includes(path)).map((path) => [path, known?.files[path]] as const);
  const directories = [...new Set([...(known?.directories ?? []), ...found.missing])].sort();
  const lean = { version: 1 as const, owner, files: defined([...kept, ...entries]), directories };
  const full = { ...lean, files: { ...known?.files, ...lean.files } };
  const writes = wanted.flatMap(([path, file]) => (isAs(found.files.get(path), file) ? [] : [write(inputs, path, file)]));
  const steps = [...back.steps, ...writes];
  const untouched = steps.length === 0 && found.records.some((record) => JSON.stringify(record) === JSON.stringify(lean));
  const order = { baseline: full, makeDirectories: found.missing, steps, removeDirectories: [], afterwards: lean };
  return { order: untouched ? undefined : order, baseline: lean, conflicts: back.conflicts };
}

/** The record that an earlier run left, for a new beginning: what somebody else has changed since is now how the host was found. */
export function adopt(record: FilesBaseline | undefined, found: FoundFiles): FilesBaseline | undefined {
  if (record === undefined) return undefined;
  const entries = Object.entries(record.files).map(([path, { before, wrote }]) => {
    const now = found.files.get(path);
    const ours = now?.kind === "file" && wroteText(now) === wrote;
    return [path, { before: ours ? before : textOf(now), wrote }] as const;
  });
  return { ...record, files: Object.fromEntries(entries) };
}

/** What puts every file back, in reverse order. Pure. What somebody else changed stays, and the record of it, unless forced. */
export function planReturn(baseline: FilesBaseline, found: FoundFiles, force = false): FilesPlan {
  const { steps, conflicts } = goBack(baseline, found, Object.keys(baseline.files), force);
  const kept = { ...baseline, files: defined(conflicts.map((path) => [path, baseline.files[path]] as const)) };
  const removeDirectories = [...baseline.directories].reverse();
  const afterwards = conflicts.length === 0 ? ("forget" as const) : kept;
  return { order: { baseline, makeDirectories: [], steps, removeDirectories, afterwards }, baseline: kept, conflicts };
}

function goBack(baseline: FilesBaseline | undefined, found: FoundFiles, paths: readonly string[], force = false) {
  const steps: FileStep[] = [];
  const conflicts: string[] = [];
  for (const path of [...paths].reverse()) {
    const entry = baseline?.files[path];
    const now = found.files.get(path);
    if (entry === undefined || textOf(now) === entry.before) continue;
    const ours = now?.kind === "file" && wroteText(now) === entry.wrote;
    if (ours || (force && now?.kind !== "other")) steps.push(back(path, entry.before));
    else conflicts.push(path);
  }
  return { steps, conflicts };
}

function back(path: string, before: string): FileStep {
  const [mode = "", owner = "", base64 = ""] = before.split(" ");
  return before === "absent" ? { path, remove: true } : { path, mode, owner, base64 };
}

function write(inputs: FilesInputs, path: string, { mode, owner }: WantedFile): FileStep {
  return { path, mode, owner, base64: inputs.contents[path] ?? "" };
}

function refuseOther(host: string, path: string, found: FoundFile | undefined): void {
  if (found?.kind !== "other") return;
  throw new UserError(`${host}: ${path} is ${found.what}, so it can't be put back as it was`, {
    remedy: "name the file itself as target in the matrix",
  });
}

function isAs(found: FoundFile | undefined, file: WantedFile): boolean {
  return found?.kind === "file" && wroteText(found) === wroteText(file);
}

function wroteText({ mode, owner, sha256 }: WantedFile): string {
  return `${mode} ${owner} ${sha256}`;
}

function textOf(found: FoundFile | undefined): string {
  if (found?.kind === "file") return `${found.mode} ${found.ids} ${found.base64}`;
  return found?.kind === "other" ? found.what : "absent";
}

function defined<Value>(entries: readonly (readonly [string, Value | undefined])[]): Record<string, Value> {
  return Object.fromEntries(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}
