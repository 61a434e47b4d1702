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
  /** Its folder under `images/`; its name by default. */
  readonly folder?: string;
  /** Files of the recipe's folder that go into the build context, in any order. */
  readonly files: readonly string[];
}

const onnxPackages = ["python3", "libstdc++6"];
const onnxFiles = ["app/__main__.py", "app/run.py"];

export const recipes: Readonly<Record<string, Recipe>> = {
  "model-server": {
    packages: ["python3-flask", "python3-waitress"],
    alpinePackages: ["py3-flask", "py3-waitress"],
    files: ["app/__main__.py", "app/application.py", "app/model.py", "app/server.py", "app/weights.json"],
  },
  // llama.cpp's own image or Debian's packages: both have llama-server and llama-bench.
  "llm-server": { packages: ["llama.cpp-tools"], pulledPackages: [], files: [] },
  "onnx-runner": { packages: onnxPackages, wheels: onnxWheels.cpu, files: onnxFiles },
  "onnx-runner-openvino": { folder: "onnx-runner", packages: onnxPackages, wheels: onnxWheels.openvino, files: onnxFiles },
};

/** Throws `UserError` for a name that is no recipe. */
export function findRecipe(name: string): Recipe {
  const recipe = recipes[name];
  if (recipe !== undefined) return recipe;
  throw new UserError(`no image recipe is called ${name}`, { remedy: `use one of: ${Object.keys(recipes).join(", ")}` });
}
