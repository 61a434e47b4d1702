import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { baseStage, describeBase, type ImageBase, SOURCE_DATE_EPOCH } from "./base.ts";
import { findRecipe, type Recipe, recipeFiles } from "./recipes.ts";

export interface BuildContext {
  /** Relative to the project's root, so that the stack's state is the same on every machine. */
  readonly context: string;
  readonly dockerfile: string;
  /** What the image stands on, for people. */
  readonly base: string;
}

/** The files of a build context by path, sorted. An image of ours is whole before a builder sees it, and gets no more than a name. */
function contextFiles(recipe: Recipe, base: ImageBase): ReadonlyMap<string, string> {
  const stage = baseStage(base, recipe);
  if (base.kind === "mmdebstrap") return new Map([["Dockerfile", stage]]);
  const files = recipeFiles(recipe);
  return new Map([...files, ["Dockerfile", `${stage}${files.get("Dockerfile")}`]]);
}

/**
 * Writes the build context of an image below `.distrobench/build/`, in a folder named by its content: another stack's image of the same name
 * has another, and one that is being built from is not touched. A few small files, so that it can be done while the program is evaluated,
 * previews included; equal inputs give equal bytes, modes and times. Throws `UserError` for an unknown recipe.
 */
export function prepareContext(options: {
  readonly root: string;
  readonly name: string;
  readonly recipe: string;
  readonly base: ImageBase;
}): BuildContext {
  const recipe = findRecipe(options.recipe);
  const files = [...contextFiles(recipe, options.base)];
  const digest = createHash("sha256").update(JSON.stringify(files)).digest("hex");
  const context = join(".distrobench", "build", `${options.name}-${digest.slice(0, 12)}`);
  const directory = join(options.root, context);
  const draft = `${directory}.${process.pid}.tmp`;
  for (const [file, text] of files) writeNormalised(draft, file, text);
  settle(draft, directory);
  return { context, dockerfile: join(context, "Dockerfile"), base: describeBase(options.base, recipe) };
}

/** Gives the draft its name, unless all is there already: then it stays as it is, for whoever reads it. */
function settle(draft: string, directory: string): void {
  try {
    if (stateOf(draft) === stateOf(directory)) return;
    rmSync(directory, { recursive: true, force: true });
    renameSync(draft, directory);
  } catch (error) {
    // Another process was faster, with the same content.
    if (stateOf(draft) !== stateOf(directory)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Everything of a folder that goes into an image. */
function stateOf(directory: string): string {
  const paths = existsSync(directory) ? ["", ...readdirSync(directory, { recursive: true, encoding: "utf8" }).sort()] : [];
  return JSON.stringify(
    paths.map((path) => {
      const found = lstatSync(join(directory, path));
      return [path, found.mode, found.mtimeMs, found.isFile() ? readFileSync(join(directory, path), "utf8") : ""];
    }),
  );
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
