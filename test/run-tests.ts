import { readdirSync } from "node:fs";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Loads every `*.test.ts` below a folder into this one process: a process per file costs ten times the CPU time.
 * Arguments of the command line choose files by a part of their path.
 */
export async function runTests(folder: string, options: { readonly exclude: readonly string[] }): Promise<void> {
  const wanted = process.argv.slice(2);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .filter((file) => !options.exclude.includes(file.split(sep)[0] ?? ""))
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
    .sort();
  if (files.length === 0)
    throw new Error(`no test file below ${folder}${wanted.length > 0 ? ` matches ${wanted.join(", ")}` : ""}`);
  for (const file of files) await import(pathToFileURL(join(folder, file)).href);
}
