import { chmodSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { baseStage, describeBase, type ImageBase, SOURCE_DATE_EPOCH } from "./base.ts";
import { findRecipe, type Recipe } from "./recipes.ts";

export interface BuildContext {
  /** Relative to the project's root, so that the stack's state is the same on every machine. */
  readonly context: string;
  readonly dockerfile: string;
  /** What the image stands on, for people. */
  readonly base: string;
}

/** The files of a build context by path, sorted. */
function contextFiles(recipe: Recipe, base: ImageBase, read: (file: string) => string): ReadonlyMap<string, string> {
  const files = new Map([["Dockerfile", `${baseStage(base, recipe)}${read("Dockerfile")}`]]);
  for (const file of [...recipe.files].sort()) files.set(file, read(file));
  return files;
}

/**
 * Writes the build context of an image below `.distrobench/build/`. A few small files, so that it can be done while the
 * program is evaluated, previews included; equal inputs give equal bytes, modes and times.
 * Throws `UserError` for an unknown recipe.
 */
export function prepareContext(options: {
  readonly root: string;
  readonly name: string;
  readonly recipe: string;
  readonly base: ImageBase;
}): BuildContext {
  const recipe = findRecipe(options.recipe);
  const context = join(".distrobench", "build", options.name);
  const directory = join(options.root, context);
  rmSync(directory, { recursive: true, force: true });
  const read = (file: string) => readFileSync(join(import.meta.dirname, recipe.folder ?? options.recipe, file), "utf8");
  for (const [file, text] of contextFiles(recipe, options.base, read)) writeNormalised(directory, file, text);
  return { context, dockerfile: join(context, "Dockerfile"), base: describeBase(options.base, recipe) };
}

function writeNormalised(directory: string, file: string, text: string): void {
  const path = join(directory, file);
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  writeFileSync(path, text);
  chmodSync(path, 0o644);
  utimesSync(path, SOURCE_DATE_EPOCH, SOURCE_DATE_EPOCH);
  for (let folder = dirname(path); folder.startsWith(directory); folder = dirname(folder)) {
    chmodSync(folder, 0o755);
    utimesSync(folder, SOURCE_DATE_EPOCH, SOURCE_DATE_EPOCH);
  }
}
