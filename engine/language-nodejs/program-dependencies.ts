import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const manifestSchema = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
});

/** npm's own record of what lies in node_modules. */
const installedSchema = z.object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) });

/** Installed packages with their versions, for `pulumi about`: those named in package.json, or all. */
export async function programDependencies(
  directory: string,
  transitive: boolean,
): Promise<readonly { readonly name: string; readonly version: string }[]> {
  const manifest = manifestSchema.parse(await readJson(join(directory, "package.json")));
  const { packages } = installedSchema.parse(await readJson(join(directory, "node_modules", ".package-lock.json")));
  const direct = new Set(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }));
  return Object.entries(packages)
    .map(([path, { version = "" }]) => ({ path, name: path.slice(path.lastIndexOf("node_modules/") + 13), version }))
    .filter(({ path, name }) => transitive || (direct.has(name) && path === `node_modules/${name}`))
    .map(({ name, version }) => ({ name, version }));
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, "utf8"));
}
