import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** A resource plugin that an installed package announces in its package.json. */
export interface RequiredPackage {
  readonly name: string;
  /** With the leading `v`. */
  readonly version: string;
  /** Where to download it from; empty means the official place. */
  readonly server: string;
}

const manifestSchema = z.object({
  name: z.string().default(""),
  version: z.string().default(""),
  pulumi: z
    .object({
      resource: z.boolean().default(false),
      name: z.string().default(""),
      version: z.string().default(""),
      server: z.string().default(""),
    })
    .optional(),
});

/** Walks node_modules of the program's directory, packages within packages included. */
export async function requiredPackages(directory: string): Promise<readonly RequiredPackage[]> {
  const folders = await packageFolders(join(directory, "node_modules"));
  const found = await Promise.all(
    folders.map(async (folder) => [await announced(folder), await requiredPackages(folder)] as const),
  );
  return found.flatMap(([own, nested]) => (own === undefined ? nested : [own, ...nested]));
}

async function packageFolders(modules: string): Promise<readonly string[]> {
  const names = await readdir(modules).catch(() => []);
  const folders = await Promise.all(
    names
      .filter((name) => !name.startsWith("."))
      .map(async (name) => (name.startsWith("@") ? await packageFolders(join(modules, name)) : [join(modules, name)])),
  );
  return folders.flat();
}

async function announced(folder: string): Promise<RequiredPackage | undefined> {
  const text = await readFile(join(folder, "package.json"), "utf8").catch(() => undefined);
  // Most of the thousands of manifests need no parsing.
  if (text === undefined || !text.includes('"pulumi"')) return undefined;
  const manifest = parse(text);
  if (manifest?.pulumi?.resource !== true) return undefined;
  const { pulumi } = manifest;
  return {
    name: pulumi.name || manifest.name.replace(/^@pulumi\//, ""),
    version: `v${(pulumi.version || manifest.version).replace(/^v/, "")}`,
    server: pulumi.server,
  };
}

function parse(text: string): z.infer<typeof manifestSchema> | undefined {
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
