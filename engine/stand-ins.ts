import { delimiter, join } from "node:path";
import { isLauncher } from "./launchers.ts";

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

export interface Places {
  /** Absolute path of `pulumi`. */
  readonly command: string;
  readonly root: string;
  readonly pulumiHome: string;
  /** The value of PATH. */
  readonly path: string;
}

/** Looks at files only. The official language host lies beside `pulumi` or on PATH; official plugins in the plugin cache or on PATH. */
export function choose(part: StandIn, places: Places): Choice {
  const candidates = [
    ...(part.kind === "language" ? [bundledPath(part, places)] : []),
    ...foldersOf(places.path)
      .filter((folder) => !folder.startsWith(join(places.root, "engine")))
      .map((folder) => join(folder, part.executable)),
    ...(part.kind === "resource" ? [bundledPath(part, places)] : []),
  ];
  const official = candidates.find((candidate) => isLauncher(candidate) === false);
  return official === undefined
    ? { part, official: false, path: join(places.root, "engine", part.folder, part.executable) }
    : { part, official: true, path: official };
}

export function foldersOf(path: string): readonly string[] {
  return path.split(delimiter).filter((folder) => folder !== "");
}

/** Where an installation keeps the part: the language host beside `pulumi`, plugins in the plugin cache. */
export function bundledPath(part: StandIn, places: Pick<Places, "command" | "pulumiHome">): string {
  return part.kind === "language"
    ? join(places.command, "..", part.executable)
    : join(places.pulumiHome, "plugins", `resource-${part.name}-v${part.version}`, part.executable);
}
