import { choices } from "./choices.ts";
import { type Engine, findEngine } from "./ensure.ts";
import { goIsUsable, goRemedy, goVersion } from "./go-build.ts";
import type { Environment } from "./places.ts";
import { languageHost, resourcePlugins } from "./stand-ins.ts";

export interface PartDescription {
  readonly name: string;
  readonly kind: "language" | "resource";
  readonly version: string | undefined;
  readonly official: boolean;
  readonly path: string;
}

/** What `doctor` says about the engine. */
export type EngineDescription =
  | { readonly state: "ready"; readonly engine: Engine; readonly parts: readonly PartDescription[] }
  | {
      readonly state: "missing";
      /** The Go command's version, with which the engine can be built where it can't be downloaded. */
      readonly go: string | undefined;
      readonly canBuild: boolean;
      /** What to do where it can neither be downloaded nor built. */
      readonly remedy: string;
      readonly wanted: readonly string[];
    };

/** Looks without downloading or building anything. */
export async function describeEngine(options: {
  readonly root: string;
  readonly environment?: Environment;
}): Promise<EngineDescription> {
  const environment = options.environment ?? process.env;
  const found = await findEngine(options.root, environment);
  if (found === undefined) return await describeMissing(environment);
  const parts = choices(found, options.root, environment).map(({ part, official, path }) => ({
    name: part.name,
    kind: part.kind,
    version: part.version,
    official,
    path,
  }));
  return { state: "ready", engine: { ...found, standIns: parts.some(({ official }) => !official) }, parts };
}

async function describeMissing(environment: Environment): Promise<EngineDescription> {
  const go = await goVersion(environment);
  return {
    state: "missing",
    go,
    canBuild: go !== undefined && goIsUsable(go),
    remedy: goRemedy,
    wanted: [languageHost, ...resourcePlugins].map(({ executable }) => executable),
  };
}
