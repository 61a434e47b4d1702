import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { findBenchmark } from "./catalogue.ts";
import { harnessBundle } from "./harness/bundle.ts";

/**
 * sha256 of what a result depends on besides its inputs: the program that measures, the test's own sources (`benchmarks/<test>.ts` or
 * the folder `benchmarks/<test>/`), and what it names of others.
 */
export function instrumentDigest(test: string): string {
  const { instrument = [] } = findBenchmark(test);
  const paths = [`benchmarks/${test}`, ...instrument].map((path) => join(import.meta.dirname, "..", path));
  return sha256([harnessBundle().digest, ...paths.flatMap((path) => sourcesOf(path))].join("\n"));
}

function sourcesOf(path: string): readonly string[] {
  const folder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const files = folder
    ? readdirSync(path)
        .sort()
        .map((name) => join(path, name))
    : [path.endsWith(".ts") ? path : `${path}.ts`];
  return files.filter((file) => statSync(file).isFile()).map((file) => sha256(readFileSync(file)));
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
