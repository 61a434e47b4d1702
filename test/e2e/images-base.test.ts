import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { UserError } from "../../hosts/index.ts";
import { baseTag } from "../../images/base.ts";
import { prepareContext } from "../../images/context.ts";
import { findRecipe } from "../../images/recipes.ts";
import { debianArchitecture, rootFileSystemOf } from "../../images/root-file-system.ts";
import type { RootLayer } from "../../images/root-layer.ts";
import { buildRecipe, dockerMissing, removeImage } from "./recipe-image.ts";

const machine = { arm64: "aarch64", x64: "x86_64" }[process.arch as string] ?? process.arch;
const architecture = debianArchitecture(machine);
const quiet = { signal: new AbortController().signal, progress: () => undefined };

const caches: string[] = [];
after(() => {
  for (const cache of caches) rmSync(cache, { recursive: true, force: true });
});

async function withFreshCache<Result>(work: (cache: string) => Promise<Result>): Promise<Result> {
  const before = process.env.XDG_CACHE_HOME;
  const cache = mkdtempSync(join(tmpdir(), "distrobench-base-"));
  caches.push(cache);
  process.env.XDG_CACHE_HOME = cache;
  try {
    return await work(cache);
  } finally {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
  }
}

const trixie = { kind: "mmdebstrap", suite: "trixie", mirror: undefined } as const;
const recipe = findRecipe("model-server");
const withoutDocker = dockerMissing();

test("a base is the same bytes when it is made again, with nothing of this machine in it, and is made once", async () => {
  const wanted = { suite: "trixie", mirror: undefined, packages: recipe.packages };
  const ids: string[] = [];
  const bases: RootLayer[] = [];
  for (let times = 0; times < 2; times += 1)
    await withFreshCache(async () => {
      const base = await rootFileSystemOf(wanted, architecture, quiet);
      const again = await rootFileSystemOf(wanted, architecture, { ...quiet, progress: () => assert.fail("made twice") });
      assert.deepEqual(again, base);
      assert.deepEqual(await machinesOwn(base.path), []);
      if (withoutDocker === false) ids.push(await idOf());
      bases.push({ digest: base.digest, size: base.size, packages: base.packages });
    });
  assert.match(bases[0]?.packages.libc6 ?? "", /^\d/);
  assert.deepEqual(bases[1], bases[0]);
  assert.equal(ids[1], ids[0]);
});

test("the builder that names an image of ours changes nothing in it", { skip: withoutDocker }, async () => {
  const root = mkdtempSync(join(tmpdir(), "distrobench-context-"));
  const [tag, base, named] = [await buildRecipe("model-server", "trixie"), baseTag(trixie, recipe), "distrobench/test-named:1"];
  const had = docker("image", "ls", "--quiet", base) !== "";
  try {
    docker("tag", tag, base);
    const { context } = prepareContext({ root, name: "named", recipe: "model-server", base: trixie });
    docker("build", "--quiet", "--tag", named, join(root, context));
    assert.equal(
      docker("image", "inspect", "--format", "{{.Id}}", named),
      docker("image", "inspect", "--format", "{{.Id}}", tag),
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
    for (const name of [tag, named, ...(had ? [] : [base])]) removeImage(name);
  }
});

/** Files of a layer that tell which machine made it. */
async function machinesOwn(path: string): Promise<string[]> {
  const listed = execFileSync("sh", ["-c", '"$1" -dcq "$2" | tar -t', "sh", path.endsWith(".zst") ? "zstd" : "gzip", path], {
    maxBuffer: 2 ** 26,
  });
  return listed
    .toString()
    .split("\n")
    .filter((name) => /^etc\/(hostname|resolv\.conf|apt\/sources\..*[^/])$|^var\/(log|cache)\/.*[^/]$/.test(name));
}

/** Of the image of the recipe on the base in the cache. */
async function idOf(): Promise<string> {
  const tag = await buildRecipe("model-server", "trixie");
  const id = docker("image", "inspect", "--format", "{{.Id}}", tag);
  removeImage(tag);
  return id;
}

function docker(...words: string[]): string {
  return execFileSync("docker", words, { env: { ...process.env, DOCKER_BUILDKIT: "0" } })
    .toString()
    .trim();
}

test("a suite that the mirror does not have is a clear error, and nothing is cached", async () => {
  await withFreshCache(async (cache) => {
    const wanted = { suite: "no-such-suite", mirror: "http://127.0.0.1:9/debian", packages: ["python3"] };
    await assert.rejects(
      rootFileSystemOf(wanted, architecture, quiet),
      (error) => error instanceof UserError && /no-such-suite/.test(error.message) && /mirror/.test(error.remedy ?? ""),
    );
    assert.deepEqual(readdirSync(join(cache, "distrobench", "bases")), []);
  });
});

test("making a base ends at once when it is called off, and leaves nothing", async () => {
  await withFreshCache(async (cache) => {
    const controller = new AbortController();
    const wanted = { suite: "trixie", mirror: undefined, packages: ["python3"] };
    const making = rootFileSystemOf(wanted, architecture, { signal: controller.signal, progress: () => controller.abort() });
    await assert.rejects(making, { name: "AbortError" });
    assert.deepEqual(readdirSync(join(cache, "distrobench", "bases")), []);
  });
});
