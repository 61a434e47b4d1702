import { createHash } from "node:crypto";
import { UserError } from "../errors.ts";
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

/** Takes the answer of `readFilesScript` apart. Throws `UserError` for a record that can't be understood. */
export function parseFound(text: string): FoundFiles {
  const files = new Map<string, FoundFile>();
  const missing = new Set<string>();
  const records: FilesBaseline[] = [];
  for (const line of text.split("\n")) {
    const [kind, first = "", ...rest] = line.split("\t");
    if (kind === "file") files.set(first, parseFile(rest));
    else if (kind === "missing") missing.add(first);
    else if (kind === "record") records.push(parseRecord(first, rest[0] ?? ""));
  }
  return { files, missing: [...missing].sort(), records };
}

function parseFile([mode = "", ids = "", owner = "", base64 = ""]: readonly string[]): FoundFile {
  if (mode === "absent") return { kind: "absent" };
  if (mode === "other") return { kind: "other", what: ids };
  const sha256 = createHash("sha256").update(Buffer.from(base64, "base64")).digest("hex");
  return { kind: "file", mode, ids, owner, base64, sha256 };
}

/** One that is not understood is not passed over: another in its place would forget what was there before. */
function parseRecord(path: string, base64: string): FilesBaseline {
  try {
    return filesBaseline.parse(JSON.parse(Buffer.from(base64, "base64").toString()));
  } catch (cause) {
    throw new UserError(`${path} on the host can't be understood: a newer distrobench may have written it`, {
      remedy: "use that one; or put its `before` values back by hand, then remove it",
      cause,
    });
  }
}
