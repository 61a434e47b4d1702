import { createHash } from "node:crypto";
import { type FilesBaseline, filesBaseline } from "./schema.ts";

/** A path as the host has it. */
export type FoundFile =
  | { readonly kind: "absent" }
  | { readonly kind: "other"; readonly what: string }
  | {
      readonly kind: "file";
      readonly mode: string;
      /** Numbers: they survive the removal of a user. */
      readonly ids: string;
      readonly owner: string;
      readonly base64: string;
      readonly sha256: string;
    };

export interface FoundFiles {
  readonly files: ReadonlyMap<string, FoundFile>;
  /** Folders that are not there, outermost first. */
  readonly missing: readonly string[];
  /** Records on the host, of whatever stack. */
  readonly records: readonly FilesBaseline[];
}

/** Takes the answer of `readFilesScript` apart. */
export function parseFound(text: string): FoundFiles {
  const files = new Map<string, FoundFile>();
  const missing = new Set<string>();
  const records: FilesBaseline[] = [];
  for (const line of text.split("\n")) {
    const [kind, first = "", ...rest] = line.split("\t");
    if (kind === "file") files.set(first, parseFile(rest));
    else if (kind === "missing") missing.add(first);
    else if (kind === "record") records.push(...parseRecord(first));
  }
  return { files, missing: [...missing].sort(), records };
}

function parseFile([mode = "", ids = "", owner = "", base64 = ""]: readonly string[]): FoundFile {
  if (mode === "absent") return { kind: "absent" };
  if (mode === "other") return { kind: "other", what: ids };
  const sha256 = createHash("sha256").update(Buffer.from(base64, "base64")).digest("hex");
  return { kind: "file", mode, ids, owner, base64, sha256 };
}

/** A record cut off by a crash is none: it is renamed into place only when it is whole. */
function parseRecord(base64: string): FilesBaseline[] {
  try {
    return [filesBaseline.parse(JSON.parse(Buffer.from(base64, "base64").toString()))];
  } catch {
    return [];
  }
}
