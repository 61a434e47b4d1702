import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { machine, tmpdir } from "node:os";
import { join } from "node:path";
import { baseTag } from "../../images/base.ts";
import { prepareContext } from "../../images/context.ts";
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

/** Builds a recipe on a base made by mmdebstrap in the Docker of this machine; its tag. The base's archive stays in the cache. */
export async function buildRecipe(recipe: string, suite: string): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), "distrobench-recipe-"));
  const base = { kind: "mmdebstrap", suite, mirror: undefined } as const;
  const found = findRecipe(recipe);
  const making = { signal: new AbortController().signal, progress: () => undefined };
  const tag = `distrobench/test-${recipe}:${process.pid}`;
  try {
    const { path } = await rootFileSystemOf({ ...base, ...found }, debianArchitecture(machine()), making);
    // Unpacked here: the test also runs with Docker 20.10, which reads no zstd.
    const unpack = path.endsWith(".zst") ? "zstd" : "gzip";
    execFileSync("sh", ["-c", '"$1" -dc "$2" | docker import - "$3"', "sh", unpack, path, baseTag(base, found)], {
      stdio: "pipe",
    });
    const { context } = prepareContext({ root, name: "image", recipe, base });
    const environment = { ...process.env, DOCKER_BUILDKIT: "0" };
    execFileSync("docker", ["build", "--quiet", "--tag", tag, join(root, context)], { env: environment, stdio: "pipe" });
    return tag;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

export function removeImage(tag: string): void {
  execFileSync("docker", ["image", "rm", "--force", tag], { stdio: "pipe" });
}
