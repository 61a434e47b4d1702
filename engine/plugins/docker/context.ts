import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import ignoreModule from "@balena/dockerignore";
import { type Pack, pack } from "tar-stream";
import { PluginError } from "../../../provider/server/index.ts";

/** A folder with a Dockerfile, both absolute. */
export interface BuildContext {
  readonly folder: string;
  readonly dockerfile: string;
}

interface Entry {
  /** Relative to the context, with `/`. */
  readonly name: string;
  readonly path: string;
  readonly stats: Stats;
}

/** Resolves both paths from the current directory. Rejects where there is no Dockerfile, with a hint when it lies in the context. */
export async function findContext(folder: string | undefined, dockerfile: string | undefined): Promise<BuildContext> {
  const context = resolve(folder ?? ".");
  const file = resolve(dockerfile ?? join(context, "Dockerfile"));
  if (await exists(file)) return { folder: context, dockerfile: file };
  const inside = dockerfile !== undefined && !isAbsolute(dockerfile) && (await exists(join(context, dockerfile)));
  const hint = inside ? `; paths are relative to the current directory, try ${join(folder ?? ".", dockerfile)}` : "";
  throw new PluginError("invalid-argument", `could not open dockerfile at ${file}${hint}`);
}

/** sha256 over the Dockerfile and every file that is not ignored: its path, mode and content, or a link's target. */
export async function contextDigest(context: BuildContext): Promise<string> {
  const digest = createHash("sha256");
  digest.update(await readFile(context.dockerfile));
  for (const { name, path, stats } of await entries(context)) {
    digest.update(`\0${name}\0${stats.mode.toString(8)}\0`);
    if (stats.isSymbolicLink()) digest.update(await readlink(path));
    else if (stats.isFile()) await addContent(digest, path);
  }
  return digest.digest("hex");
}

/** The context as a tar stream, and the name of the Dockerfile in it. */
export async function contextTar(context: BuildContext): Promise<{ readonly tar: Readable; readonly dockerfile: string }> {
  const found = await entries(context);
  const inside = relativeName(context.folder, context.dockerfile);
  const dockerfile = found.some(({ name }) => name === inside) ? inside : `.dockerfile.${await fileDigest(context.dockerfile)}`;
  const tar = pack();
  fill(tar, found, { name: dockerfile, path: context.dockerfile }).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return { tar: Readable.from(tar), dockerfile };
}

async function fill(
  tar: Pack,
  found: readonly Entry[],
  dockerfile: { readonly name: string; readonly path: string },
): Promise<void> {
  for (const entry of found) await addEntry(tar, entry);
  if (!found.some(({ name }) => name === dockerfile.name))
    await addEntry(tar, { ...dockerfile, stats: await lstat(dockerfile.path) });
}

async function addEntry(tar: Pack, { name, path, stats }: Entry): Promise<void> {
  const header = { name, mode: stats.mode & 0o7777, mtime: stats.mtime, uid: 0, gid: 0 };
  if (stats.isDirectory()) tar.entry({ ...header, type: "directory" });
  else if (stats.isSymbolicLink()) tar.entry({ ...header, type: "symlink", linkname: await readlink(path) });
  else if (stats.isFile()) await pipeline(createReadStream(path), tar.entry({ ...header, type: "file", size: stats.size }));
}

async function entries(context: BuildContext): Promise<readonly Entry[]> {
  const patterns = await ignorePatterns(context);
  const filter = ignoreModule.default({ ignorecase: false }).add(patterns);
  // A negated pattern may bring back a file from an ignored folder, so only without one whole folders can be skipped.
  const prune = !/^\s*!/m.test(patterns);
  const found: Entry[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const child of (await readdir(folder)).sort()) {
      const path = join(folder, child);
      const stats = await lstat(path);
      const name = relativeName(context.folder, path);
      const ignored = filter.ignores(name);
      if (!ignored) found.push({ name, path, stats });
      if (stats.isDirectory() && !(ignored && prune)) await walk(path);
    }
  };
  await walk(context.folder);
  return found;
}

async function ignorePatterns(context: BuildContext): Promise<string> {
  const own = join(dirname(context.dockerfile), `${basename(context.dockerfile)}.dockerignore`);
  for (const path of [own, join(context.folder, ".dockerignore")]) if (await exists(path)) return await readFile(path, "utf8");
  return "";
}

async function exists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}

async function fileDigest(path: string): Promise<string> {
  const digest = createHash("sha256");
  await addContent(digest, path);
  return digest.digest("hex").slice(0, 20);
}

async function addContent(digest: ReturnType<typeof createHash>, path: string): Promise<void> {
  for await (const chunk of createReadStream(path)) digest.update(chunk);
}

function relativeName(folder: string, path: string): string {
  return relative(folder, path).replaceAll("\\", "/");
}
