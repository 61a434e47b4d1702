import { existsSync } from "node:fs";
import { UserError } from "../hosts/index.ts";
import type { WantedMachine } from "../hosts/lab/index.ts";
import { type Context, say } from "./context.ts";
import { type Finding, findPrerequisites, type Need, which } from "./prerequisites.ts";
import { capture, show } from "./process.ts";

/** Installs what is missing when this may be done without asking for a password; otherwise throws `UserError` with the command to run. */
export async function installMissing(
  context: Context,
  needs: ReadonlySet<Need>,
  machines: readonly WantedMachine[],
  note: (line: string) => void,
): Promise<void> {
  const missing = missingOf(await findPrerequisites(needs, context.environment, machines));
  if (missing.length === 0) return;
  const names = namesOf(missing);
  const prefix = await privilegedApt(context);
  if (prefix === undefined) throw new UserError(`missing on this machine: ${names}`, { remedy: installCommand(missing) });
  note(`missing: ${names}`);
  if (packagesOf(missing).length > 0) await install(context, prefix, packagesOf(missing));
  const still = missingOf(await findPrerequisites(needs, context.environment, machines));
  if (still.length > 0)
    throw new UserError(
      `still missing after the installation: ${still.map(({ prerequisite }) => prerequisite.name).join(", ")}`,
      {
        remedy: still.flatMap(({ prerequisite }) => prerequisite.how ?? []).join("\n") || "Look at ./distrobench doctor.",
      },
    );
}

/** What is missing, in words; `undefined` where nothing is. Changes nothing. */
export async function missingWords(
  context: Context,
  needs: ReadonlySet<Need>,
  machines: readonly WantedMachine[],
): Promise<string | undefined> {
  const missing = missingOf(await findPrerequisites(needs, context.environment, machines));
  return missing.length === 0 ? undefined : namesOf(missing);
}

/** The command that brings what was not found. */
export function installCommand(missing: readonly Finding[]): string {
  const packages = packagesOf(missing).join(" ");
  const others = missing.flatMap(({ prerequisite }) => prerequisite.how ?? []);
  if (packages === "") return others.join("\n");
  const install = existsSync("/usr/bin/apt-get")
    ? `sudo apt-get install --no-install-recommends ${packages}`
    : `Install with the package manager of this system what Debian calls: ${packages}`;
  return [install, ...others].join("\n");
}

function namesOf(missing: readonly Finding[]): string {
  return missing.map(({ prerequisite }) => `${prerequisite.name} (${prerequisite.why})`).join(", ");
}

function missingOf(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ state }) => state === "missing");
}

function packagesOf(missing: readonly Finding[]): string[] {
  return [...new Set(missing.flatMap(({ prerequisite }) => prerequisite.packages))];
}

/** How apt-get can be run as root without a question, or `undefined`. */
async function privilegedApt(context: Context): Promise<readonly string[] | undefined> {
  if (which("apt-get", context.environment) === undefined) return undefined;
  if (process.getuid?.() === 0) return ["env"];
  if (which("sudo", context.environment) === undefined) return undefined;
  const { code } = await capture("sudo", ["-n", "true"], { environment: context.environment });
  return code === 0 ? ["sudo", "-n", "env"] : undefined;
}

/** A machine that was just started updates itself, which takes minutes. */
const LOCK_SECONDS = 300;

/** Package lists may be absent or old: they are fetched when the first attempt fails. */
async function install(context: Context, prefix: readonly string[], packages: readonly string[]): Promise<void> {
  const args = [
    "install",
    "--yes",
    "--quiet",
    "--no-install-recommends",
    "-o",
    `DPkg::Lock::Timeout=${LOCK_SECONDS}`,
    ...packages,
  ];
  if ((await apt(context, prefix, args)) === 0) return;
  if ((await apt(context, prefix, ["update", "--quiet"])) === 0 && (await apt(context, prefix, args)) === 0) return;
  throw new UserError("apt-get failed: its messages are above", {
    remedy: `Try it by hand: sudo apt-get update && sudo apt-get install ${packages.join(" ")}`,
  });
}

async function apt(context: Context, prefix: readonly string[], args: readonly string[]): Promise<number> {
  const [command = "env", ...before] = [...prefix, "DEBIAN_FRONTEND=noninteractive", "apt-get"];
  say(context, `  $ ${[command, ...before, ...args].join(" ")}`);
  return await show(context, command, [...before, ...args], {
    cwd: context.root,
    environment: context.environment,
    toStderr: true,
  });
}
