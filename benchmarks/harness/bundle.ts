import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
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

/**
 * What a result depends on besides its inputs: the program that measures and the test's own sources (`benchmarks/<test>.ts` or
 * the folder `benchmarks/<test>/`).
 */
export function instrumentDigest(test: string): string {
  const sources = sourcesOf(join(import.meta.dirname, "..", test));
  return sha256([harnessBundle().digest, ...sources].join("\n"));
}

function sourcesOf(path: string): readonly string[] {
  const folder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const files = folder
    ? readdirSync(path)
        .sort()
        .map((name) => join(path, name))
    : [`${path}.ts`];
  return files.filter((file) => statSync(file).isFile()).map((file) => sha256(readFileSync(file)));
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
