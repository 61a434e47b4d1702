import { UserError } from "../hosts/index.ts";

/** An image that distrobench can build: a folder under `images/` with a `Dockerfile` whose first stage is called `base`. */
export interface Recipe {
  /** Debian packages of the base, dependencies aside. The same list makes both kinds of base. */
  readonly packages: readonly string[];
  /** Files of the recipe's folder that go into the build context, in any order. */
  readonly files: readonly string[];
}

export const recipes: Readonly<Record<string, Recipe>> = {
  "model-server": {
    packages: ["python3-flask", "python3-waitress"],
    files: ["app/__main__.py", "app/application.py", "app/model.py", "app/server.py", "app/weights.json"],
  },
};

/** Throws `UserError` for a name that is no recipe. */
export function findRecipe(name: string): Recipe {
  const recipe = recipes[name];
  if (recipe !== undefined) return recipe;
  throw new UserError(`no image recipe is called ${name}`, { remedy: `use one of: ${Object.keys(recipes).join(", ")}` });
}
