import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { machine } from "node:os";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { assemble, imageArchive } from "../../images/assembled.ts";
import { describeBase } from "../../images/base.ts";
import { goArchitecture } from "../../images/engine-store.ts";
import { layerOf } from "../../images/make-base.ts";
import { findRecipe } from "../../images/recipes.ts";
import { debianArchitecture, rootFileSystemOf } from "../../images/root-file-system.ts";

/** Whether this machine has a Docker that answers; a test that needs one says so by skipping. */
export function dockerMissing(): string | false {
  try {
    execFileSync("docker", ["version", "--format", "{{.Server.Version}}"], { stdio: "pipe" });
    return false;
  } catch {
    return "no Docker answers on this machine";
  }
}

/** Makes the image of a recipe on a base by mmdebstrap, in the Docker of this machine; its tag. The base's archive stays in the cache. */
export async function buildRecipe(recipe: string, suite: string): Promise<string> {
  const base = { kind: "mmdebstrap", suite, mirror: undefined } as const;
  const found = findRecipe(recipe);
  const signal = new AbortController().signal;
  const architecture = debianArchitecture(machine());
  const archive = await rootFileSystemOf({ ...base, ...found }, architecture, { signal, progress: () => undefined });
  const image = assemble(layerOf(archive, describeBase(base, found), signal), found, goArchitecture(machine()));
  const tag = `distrobench/test-${recipe}:${process.pid}`;
  // Not compressed: the test also runs with Docker 20.10, which reads no zstd.
  const load = spawn("docker", ["load", "--quiet"], { stdio: ["pipe", "ignore", "pipe"] });
  const [[code], complaint] = await Promise.all([
    once(load, "close"),
    text(load.stderr),
    pipeline(imageArchive(image, tag), load.stdin),
  ]);
  if (code !== 0) throw new Error(`docker load ended with code ${code}: ${complaint}`);
  return tag;
}

export function removeImage(tag: string): void {
  execFileSync("docker", ["image", "rm", "--force", tag], { stdio: "pipe" });
}
