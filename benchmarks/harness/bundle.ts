import { createHash } from "node:crypto";
import { buildSync } from "esbuild";

export interface HarnessBundle {
  /** One CommonJS file for Node.js 18 and newer. */
  readonly code: Uint8Array;
  /** sha256 in hexadecimal. */
  readonly digest: string;
}

let bundle: HarnessBundle | undefined;

/** The program for the host in one file; built once per process. The same sources give the same bytes on every machine. */
export function harnessBundle(): HarnessBundle {
  bundle ??= build();
  return bundle;
}

function build(): HarnessBundle {
  const [file] = buildSync({
    absWorkingDir: import.meta.dirname,
    entryPoints: ["main.ts"],
    bundle: true,
    platform: "node",
    target: "node18",
    format: "cjs",
    write: false,
    logLevel: "silent",
  }).outputFiles;
  if (file === undefined) throw new Error("esbuild wrote no bundle");
  return { code: file.contents, digest: sha256(file.contents) };
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
