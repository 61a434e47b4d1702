// @ts-check
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** @typedef {Readonly<Record<string, string>>} Manifest The size and time of change of every source that went in, by its path below the root. */

export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** What is started; the path of its bundle is the same with another ending. */
const PROGRAMS = [
  "cli/main.ts",
  "provider/main.ts",
  "engine/language-nodejs/main.ts",
  "engine/plugins/command/main.ts",
  "engine/plugins/docker/main.ts",
  "index.ts",
];
const OWN_SOURCES = ["engine/start/bundle.mjs", "node_modules/esbuild/package.json"];
const KEEP_OLD_PARTS_MILLISECONDS = 24 * 3600 * 1000;

/** With the packages, so that whoever may read those may read it. Two checkouts may share them: where its files are stands in a bundle. */
const folder = join(root, "node_modules", ".cache", "distrobench", createHash("sha256").update(root).digest("hex").slice(0, 12));
const manifestFile = join(folder, "manifest.json");

const NOT_OURS_TO_WRITE = new Set(["EACCES", "EPERM", "EROFS"]);

/**
 * The program `source` (a path below the root) bundled into one file, without the packages it is made of: that starts in a third
 * of the time, and with 40 MB less, than compiling and resolving some hundred modules one by one. Made again when a source changed. Who may
 * not write here gets the source itself, and a loader that compiles as it goes.
 * @param {string} source
 * @returns {Promise<string>} absolute path of a module to import
 */
export async function bundled(source) {
  try {
    if (!isFresh()) await build();
  } catch (error) {
    if (!NOT_OURS_TO_WRITE.has(/** @type {NodeJS.ErrnoException} */ (error).code ?? "")) throw error;
    (await import("tsx/esm/api")).register();
    return join(root, source);
  }
  return join(folder, source.replace(/\.ts$/, ".mjs"));
}

function isFresh() {
  try {
    const manifest = /** @type {Manifest} */ (JSON.parse(readFileSync(manifestFile, "utf8")));
    return Object.entries(manifest).every(([path, state]) => stateOf(path) === state);
  } catch {
    return false; // none yet, or a source is gone
  }
}

/** @param {string} path below the root */
function stateOf(path) {
  const { size, mtimeMs } = statSync(join(root, path));
  return `${size} ${mtimeMs}`;
}

async function build() {
  const esbuild = await import("esbuild").catch((cause) => {
    throw new Error(`node_modules is incomplete; run: npm ci --prefix '${root}'`, { cause });
  });
  /** @type {Record<string, string>} */
  const sources = Object.fromEntries(OWN_SOURCES.map((path) => [path, stateOf(path)]));
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: PROGRAMS,
    outbase: root,
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    chunkNames: "part-[hash]",
    bundle: true,
    splitting: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
    sourcemap: "linked",
    sourcesContent: false,
    write: false,
    logLevel: "error",
    plugins: [{ name: "sources", setup: (build) => build.onLoad({ filter: /\.ts$/ }, ({ path }) => read(path, sources)) }],
  });
  // A part's name is that of its content, and a program is replaced in one step: others may start meanwhile.
  for (const { path, contents } of outputFiles.sort(partsFirst)) replace(path, contents);
  replace(manifestFile, JSON.stringify(sources));
  removeOldParts(new Set(outputFiles.map(({ path }) => path)));
}

/**
 * Notes the state before reading, so that a change in between makes the bundle stale. Files are looked for beside their source.
 * @param {string} path
 * @param {Record<string, string>} sources
 */
function read(path, sources) {
  const below = relative(root, path);
  sources[below] = stateOf(below);
  const contents = readFileSync(path, "utf8").replaceAll("import.meta.dirname", JSON.stringify(dirname(path)));
  return { contents, loader: /** @type {const} */ ("ts") };
}

/**
 * @param {{ readonly path: string }} one
 * @param {{ readonly path: string }} other
 */
function partsFirst(one, other) {
  return Number(isPart(other.path)) - Number(isPart(one.path));
}

/** @param {string} path */
function isPart(path) {
  return relative(folder, path).startsWith("part-");
}

/**
 * @param {string} path
 * @param {string | Uint8Array} contents
 */
function replace(path, contents) {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, contents);
  renameSync(draft, path);
}

/**
 * Programs that still run may load a part late.
 * @param {ReadonlySet<string>} used
 */
function removeOldParts(used) {
  const limit = Date.now() - KEEP_OLD_PARTS_MILLISECONDS;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (isPart(path) && !used.has(path) && statSync(path).mtimeMs < limit) rmSync(path, { force: true });
  }
}
