import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** What an official Pulumi installation brings and an isolated machine cannot download, with our replacement for each. */
export interface StandIn {
  readonly name: string;
  readonly kind: "language" | "resource";
  /** The version of the official plugin that ours stands for; `undefined` for the language host, which comes with the CLI. */
  readonly version: string | undefined;
  readonly executable: string;
  /** Below `engine/`: the folder with our executable and nothing else, so that each can be put on PATH alone. */
  readonly folder: string;
}

export const languageHost: StandIn = {
  name: "nodejs",
  kind: "language",
  version: undefined,
  executable: "pulumi-language-nodejs",
  folder: "language-nodejs/bin",
};

export const resourcePlugins = [
  { name: "command", kind: "resource", version: "1.2.1", executable: "pulumi-resource-command", folder: "plugins/command/bin" },
  { name: "docker", kind: "resource", version: "5.2.0", executable: "pulumi-resource-docker", folder: "plugins/docker/bin" },
] as const satisfies readonly StandIn[];

/** Which executable the engine will start, and whether it is the official one. */
export interface Choice {
  readonly part: StandIn;
  readonly official: boolean;
  readonly path: string;
}

/** Looks at files only. The official language host lies beside `pulumi` or on PATH; official plugins in the plugin cache or on PATH. */
export function choose(
  part: StandIn,
  places: { readonly command: string; readonly root: string; readonly pulumiHome: string; readonly path: string },
): Choice {
  const candidates = [
    ...(part.kind === "language" ? [join(places.command, "..", part.executable)] : []),
    ...foldersOf(places.path)
      .filter((folder) => !folder.startsWith(join(places.root, "engine")))
      .map((folder) => join(folder, part.executable)),
    ...(part.version === undefined ? [] : [officialPlugin(places.pulumiHome, part.name, part.version, part.executable)]),
  ];
  const official = candidates.find((candidate) => existsSync(candidate));
  return official === undefined
    ? { part, official: false, path: join(places.root, "engine", part.folder, part.executable) }
    : { part, official: true, path: official };
}

export function foldersOf(path: string): readonly string[] {
  return path.split(delimiter).filter((folder) => folder !== "");
}

function officialPlugin(pulumiHome: string, name: string, version: string, executable: string): string {
  return join(pulumiHome, "plugins", `resource-${name}-v${version}`, executable);
}
