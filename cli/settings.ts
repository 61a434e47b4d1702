import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { UserError } from "../hosts/index.ts";
import type { Environment } from "./context.ts";

/** Operations the engine may run at once. They wait for hosts, not for this machine's processors; the default is four per processor. */
const PARALLEL = 32;

export interface Settings {
  /** `project`: our file backend below `.distrobench/state`. `user`: what the user is logged in to or has set. */
  readonly backend: "project" | "user";
  /** Variables that Pulumi needs on top of the environment. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Where the state is kept and how secrets are encrypted: what the user has chosen, else inside the project. Writes nothing. */
export function settingsOf(root: string, environment: Environment): Settings {
  const { href: url } = pathToFileURL(stateDirectory(root));
  // `distrobench env` sets ours: a shell that took it over has chosen nothing else.
  const backend = environment.PULUMI_BACKEND_URL !== url && hasBackend(environment) ? "user" : "project";
  const own = backend === "project" ? { PULUMI_BACKEND_URL: url } : {};
  const passphrase =
    environment.PULUMI_CONFIG_PASSPHRASE !== undefined || environment.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined
      ? {}
      : { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(root) };
  return { backend, variables: { ...own, ...passphrase, PULUMI_PARALLEL: environment.PULUMI_PARALLEL ?? String(PARALLEL) } };
}

/**
 * Makes the state folder and the passphrase that `settingsOf` names, when they are not there yet. Throws `UserError` where a state is there
 * without its passphrase, which a new one would only hide.
 */
export function prepareSettings(root: string, settings: Settings): void {
  mkdirSync(join(root, ".distrobench"), { recursive: true, mode: 0o700 });
  if (settings.backend === "project") mkdirSync(stateDirectory(root), { recursive: true });
  const file = passphraseFile(root);
  if (settings.variables.PULUMI_CONFIG_PASSPHRASE_FILE !== file || existsSync(file)) return;
  if (settings.backend === "project" && hasStacks(root))
    throw new UserError(`${file} is gone, and the state in ${stateDirectory(root)} is encrypted with it`, {
      remedy:
        "Put it back, or set PULUMI_CONFIG_PASSPHRASE where that was used. Without it that state can't be used: ./distrobench restore takes back what hosts have a record of; to begin anew remove .distrobench/state and stacks/Pulumi.*.yaml.",
    });
  writePassphrase(file);
}

function hasStacks(root: string): boolean {
  const folder = join(stateDirectory(root), ".pulumi", "stacks", "distrobench");
  return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith(".json"));
}

/** As a whole or not at all: an empty passphrase would be taken for one. Of two runs at the same time both use the first one's. */
function writePassphrase(file: string): void {
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
    linkSync(draft, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

export function stateDirectory(root: string): string {
  return join(root, ".distrobench", "state");
}

function passphraseFile(root: string): string {
  return join(root, ".distrobench", "passphrase");
}

function hasBackend(environment: Environment): boolean {
  if ((environment.PULUMI_BACKEND_URL ?? "") !== "" || (environment.PULUMI_ACCESS_TOKEN ?? "") !== "") return true;
  const home = environment.PULUMI_CREDENTIALS_PATH ?? environment.PULUMI_HOME ?? join(environment.HOME ?? homedir(), ".pulumi");
  return loggedIn(join(home, "credentials.json"));
}

const credentials = z.object({ current: z.string().optional() });

function loggedIn(file: string): boolean {
  if (!existsSync(file)) return false;
  try {
    return (credentials.parse(JSON.parse(readFileSync(file, "utf8"))).current ?? "") !== "";
  } catch {
    return false;
  }
}
