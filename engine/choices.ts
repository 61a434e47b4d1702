import { delimiter, join } from "node:path";
import type { Engine } from "./ensure.ts";
import { rootVariable } from "./launchers.ts";
import { type Environment, ownPulumiHome, pulumiHome } from "./places.ts";
import { type Choice, choose, foldersOf, languageHost, type Places, resourcePlugins } from "./stand-ins.ts";

type Found = Pick<Engine, "kind" | "command">;

/** What the engine will start as language host and plugins. Looks at files only. */
export function choices(engine: Found, root: string, environment: Environment): readonly Choice[] {
  const places = placesOf(engine, root, environment);
  return [languageHost, ...resourcePlugins].map((part) => choose(part, places));
}

export function placesOf(engine: Found, root: string, environment: Environment): Places {
  return {
    command: engine.command,
    root,
    pulumiHome: pulumiHome(engine.kind !== "path", environment),
    path: environment.PATH ?? "",
  };
}

/** Whether engine and PULUMI_HOME are both ours. Into the user's own we install nothing. */
export function isOurs(engine: Found, environment: Environment): boolean {
  return engine.kind !== "path" && pulumiHome(true, environment) === ownPulumiHome(environment);
}

/** Environment variables that make `pulumi` find what was chosen. Merge them over the process's own. */
export function engineEnvironment(engine: Engine, root: string, environment: Environment = process.env): Record<string, string> {
  const ours = choices(engine, root, environment).filter(({ official }) => !official);
  // The engine warns about every plugin that it finds on PATH, so what is installed in its own places is not put there.
  const onPath = isOurs(engine, environment) ? [] : ours.map(({ path }) => join(path, ".."));
  const present = foldersOf(environment.PATH ?? "");
  const added = [join(engine.command, ".."), ...onPath].filter((folder) => !present.includes(folder));
  return {
    PATH: [...added, ...present].join(delimiter),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...(engine.kind === "path" ? {} : { PULUMI_HOME: pulumiHome(true, environment) }),
    ...(ours.length === 0 ? {} : { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true", [rootVariable]: root }),
  };
}
