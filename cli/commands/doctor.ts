import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { describeEngine, type EngineDescription } from "../../engine/index.ts";
import { bytesText, cacheDirectory, UserError } from "../../hosts/index.ts";
import type { WantedMachine } from "../../hosts/lab/index.ts";
import { loadPlan, stackNames } from "../../stacks/index.ts";
import { acceleratorState } from "../accelerator.ts";
import { cacheFolders, folderBytes } from "../caches.ts";
import { type Context, Exit, print, printJson } from "../context.ts";
import { installCommand } from "../install.ts";
import { type Finding, findPrerequisites } from "../prerequisites.ts";
import { settingsOf } from "../settings.ts";
import { styleOf } from "../style.ts";

type Status = "ok" | "missing" | "note";

/** One thing that was looked at. */
interface Check {
  readonly name: string;
  readonly status: Status;
  readonly found: string;
  /** What to do when it is missing. */
  readonly remedy?: string;
}

/** Space that a cold `up` of the quickstart takes: engine, build cache, disks, overlays. */
const WANTED_BYTES = 12 * 1024 ** 3;

/** `distrobench doctor`: every prerequisite with what was found, or the command that brings it. Exit code 1 when something is missing. */
export async function doctor(context: Context, options: { readonly json?: boolean }): Promise<void> {
  const checks = await examine(context);
  if (options.json === true) printJson(context, { healthy: isHealthy(checks), checks });
  else print(context, renderChecks(checks, context));
  if (!isHealthy(checks)) throw new Exit(1);
}

async function examine(context: Context): Promise<Check[]> {
  const findings = await findPrerequisites(
    new Set(["lab", "mmdebstrap", "ssh", "test"]),
    context.environment,
    wantedMachines(context),
  );
  return [
    { name: "Node.js", status: "ok", found: process.version },
    ...findings.map(describeFinding),
    ...describePulumi(await describeEngine({ root: context.root, environment: context.environment })),
    stateCheck(context),
    { name: "lab accelerator", status: "ok", found: acceleratorState() },
    await spaceCheck(context),
    ...(await cacheChecks(context)),
  ];
}

/** The lab machines of all stacks that can be read: a mistake in one is told where it is used. */
function wantedMachines(context: Context): WantedMachine[] {
  return stackNames(context.root).flatMap((stack) => {
    try {
      return loadPlan(context.root, stack).hosts.flatMap(({ machine }) => machine ?? []);
    } catch (error) {
      if (error instanceof UserError) return [];
      throw error;
    }
  });
}

function describeFinding(finding: Finding): Check {
  const { name, why, needs } = finding.prerequisite;
  if (finding.state === "found") return { name, status: "ok", found: `${finding.version} (${finding.path})`.trimStart() };
  const seldom = needs.every((need) => need === "test" || need === "grub");
  const found = `not found; it ${why}`;
  return { name, status: seldom ? "note" : "missing", found, remedy: installCommand([finding]) };
}

function describePulumi(description: EngineDescription): Check[] {
  if (description.state === "missing") {
    const { canBuild, go, remedy } = description;
    const how = `not here yet; up downloads it, or builds it with Go ${go ?? ""}`.trimEnd();
    if (canBuild) return [{ name: "Pulumi", status: "note", found: how }];
    return [{ name: "Pulumi", status: "note", found: "not here yet; up downloads it where that is possible", remedy }];
  }
  const { engine, parts } = description;
  const origin = { path: "found on PATH", downloaded: "downloaded", built: "built here" }[engine.kind];
  return [
    { name: "Pulumi", status: "ok", found: `${engine.version}, ${origin} (${engine.command})` },
    ...parts.map(({ name, kind, version, official, path }) => ({
      name: `${kind} plugin ${name}`,
      status: "ok" as const,
      found: `${version ?? ""} ${official ? "official" : "distrobench's own stand-in"} (${path})`.trimStart(),
    })),
  ];
}

function stateCheck(context: Context): Check {
  const { backend, variables } = settingsOf(context.root, context.environment);
  const found = backend === "user" ? "where Pulumi is logged in, or PULUMI_BACKEND_URL" : (variables.PULUMI_BACKEND_URL ?? "");
  return { name: "state", status: "ok", found };
}

/** The project's file system, and that of the caches, which may be another. */
async function spaceCheck({ root, environment }: Context): Promise<Check> {
  const free = Math.min(...(await Promise.all([root, cacheDirectory(environment)].map(freeBytes))));
  const enough = free >= WANTED_BYTES;
  return {
    name: "disk space",
    status: enough ? "ok" : "note",
    found: `${bytesText(free)} free`,
    ...(enough ? {} : { remedy: `A first up takes about ${bytesText(WANTED_BYTES)}: free some space, or ./distrobench clean` }),
  };
}

/** Where a folder is, or will be made. */
async function freeBytes(folder: string): Promise<number> {
  if (!existsSync(folder) && folder !== dirname(folder)) return await freeBytes(dirname(folder));
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

async function cacheChecks(context: Context): Promise<Check[]> {
  const folders = cacheFolders(context.root, context.environment);
  return await Promise.all(
    folders.map(async ({ name, path }) => ({
      name,
      status: "ok" as const,
      found: `${bytesText(await folderBytes(path))} (${path})`,
    })),
  );
}

function isHealthy(checks: readonly Check[]): boolean {
  return checks.every(({ status }) => status !== "missing");
}

function renderChecks(checks: readonly Check[], context: Context): string {
  const style = styleOf(context.stdout, context.environment);
  const marks: Record<Status, string> = {
    ok: style.good("ok     "),
    missing: style.bad("missing"),
    note: style.faint("note   "),
  };
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, status, found, remedy }) => [
    `${marks[status]}  ${name.padEnd(width)}  ${found}`,
    ...(remedy === undefined ? [] : [`${" ".repeat(11 + width)}${style.faint(remedy)}`]),
  ]);
  return [...lines, "", isHealthy(checks) ? "Ready for ./distrobench up" : "Something is missing: see above."].join("\n");
}
