import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { cacheDirectory } from "../hosts/index.ts";

/** The Pulumi version that is downloaded or built. */
export const engineVersion = "3.259.0";

export type Environment = Readonly<Record<string, string | undefined>>;

export function enginesDirectory(environment: Environment): string {
  return join(cacheDirectory(environment), "engine");
}

/** Named by version and by the digest of the pinned module graph: another graph is another engine. */
export function builtDirectory(root: string, environment: Environment): string {
  const graph = createHash("sha256");
  for (const file of ["go.mod", "go.sum"]) graph.update(readFileSync(join(root, "engine", file)));
  return join(enginesDirectory(environment), `${engineVersion}-${graph.digest("hex").slice(0, 12)}`);
}

export function downloadedDirectory(environment: Environment): string {
  return join(enginesDirectory(environment), `${engineVersion}-official`);
}

export function commandIn(directory: string): string {
  return join(directory, "bin", "pulumi");
}

/** The user's own PULUMI_HOME where set; else one of ours for an engine of ours, `~/.pulumi` for the user's. */
export function pulumiHome(engineIsOurs: boolean, environment: Environment): string {
  const set = environment.PULUMI_HOME;
  if (set !== undefined && set !== "") return set;
  return engineIsOurs ? ownPulumiHome(environment) : join(environment.HOME ?? homedir(), ".pulumi");
}

export function ownPulumiHome(environment: Environment): string {
  return join(cacheDirectory(environment), "pulumi-home");
}
