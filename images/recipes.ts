import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../hosts/index.ts";
import { onnxWheels } from "./onnx-runner/wheels.ts";

/** An image that distrobench can build: a folder under `images/` with a `Dockerfile` whose first stage is called `base`. */
export interface Recipe {
  /** Debian packages of the base, dependencies aside. */
  readonly packages: readonly string[];
  /** Packages to add to a pulled base, where it brings some of them itself; `packages` by default. */
  readonly pulledPackages?: readonly string[];
  /** The same in Alpine, for pulled bases; absent where Alpine lacks something. */
  readonly alpinePackages?: readonly string[];
  /** Python wheels of the base, as lines of a pip requirements file with the sha256 of every file that may be taken. */
  readonly wheels?: readonly string[];
  /** Its folder under `images/`. */
  readonly folder: string;
  /** Files of the recipe's folder that go into the build context, in any order. */
  readonly files: readonly string[];
}

const onnxPackages = ["python3", "libstdc++6"];
const onnxFiles = ["app/__main__.py", "app/run.py"];

export const recipes: Readonly<Record<string, Recipe>> = {
  "model-server": {
    folder: "model-server",
    packages: ["python3-flask", "python3-waitress"],
    alpinePackages: ["py3-flask", "py3-waitress"],
    files: ["app/__main__.py", "app/application.py", "app/model.py", "app/server.py", "app/weights.json"],
  },
  // llama.cpp's own image or Debian's packages: both have llama-server and llama-bench.
  "llm-server": { folder: "llm-server", packages: ["llama.cpp-tools"], pulledPackages: [], files: [] },
  "onnx-runner": { folder: "onnx-runner", packages: onnxPackages, wheels: onnxWheels.cpu, files: onnxFiles },
  "onnx-runner-openvino": { folder: "onnx-runner", packages: onnxPackages, wheels: onnxWheels.openvino, files: onnxFiles },
};

/** Throws `UserError` for a name that is no recipe. */
export function findRecipe(name: string): Recipe {
  const recipe = recipes[name];
  if (recipe !== undefined) return recipe;
  throw new UserError(`no image recipe is called ${name}`, { remedy: `use one of: ${Object.keys(recipes).join(", ")}` });
}

/** The text of a recipe's Dockerfile and of its files by path, sorted. */
export function recipeFiles({ folder, files }: Recipe): ReadonlyMap<string, string> {
  const paths = ["Dockerfile", ...[...files].sort()];
  return new Map(paths.map((path) => [path, readFileSync(join(import.meta.dirname, folder, path), "utf8")]));
}
