import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { UserError } from "../../hosts/index.ts";
import { debianArchitecture, rootFileSystemOf } from "../../images/root-file-system.ts";

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

test("two bases of the same packages are the same bytes, and the second asks for none", async () => {
  const wanted = { suite: "trixie", mirror: undefined, packages: ["python3"] };
  const first = await withFreshCache(async () => {
    const made = await rootFileSystemOf(wanted, architecture, quiet);
    const again = await rootFileSystemOf(wanted, architecture, { ...quiet, progress: () => assert.fail("made twice") });
    assert.deepEqual(again, made);
    return made;
  });
  const second = await withFreshCache(async () => await rootFileSystemOf(wanted, architecture, quiet));
  assert.equal(second.digest, first.digest);
});

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
