import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Archive, Asset, type Call, type PropertyMap } from "../../../provider/server/index.ts";
import { matchingFiles } from "./glob.ts";
import { commandFailure, Output, type Printed } from "./output.ts";
import type { LocalRun } from "./schema.ts";

const defaultInterpreter = ["/bin/sh", "-c"] as const;

/** How long the output pipes may stay open after the command's own end: its children may hold them. */
const DRAIN_MILLISECONDS = 1_000;

/** Runs a command on this machine. Rejects when it does not end with 0; an abort kills the direct child only. */
export async function runLocally(
  command: string,
  options: LocalRun,
  variables: Readonly<Record<string, string>>,
  call: Pick<Call, "log" | "signal"> | undefined,
): Promise<Printed & { readonly files: PropertyMap }> {
  const output = new Output(call, options.logging);
  const [program, ...leading] = options.interpreter ?? defaultInterpreter;
  if (program === undefined) throw new Error("interpreter must not be an empty list");
  const child = spawn(program, [...leading, command], {
    cwd: options.dir,
    env: { ...process.env, ...options.environment, ...variables },
    stdio: "pipe",
  });
  const kill = () => child.kill("SIGKILL");
  call?.signal.addEventListener("abort", kill);
  child.stdout.on("data", (chunk: Buffer) => output.add("stdout", chunk));
  child.stderr.on("data", (chunk: Buffer) => output.add("stderr", chunk));
  // A command that does not read its input closes the pipe early.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.stdin ?? "");
  try {
    const reason = await endOf(child);
    if (reason !== undefined) throw commandFailure(reason, command, output);
  } finally {
    call?.signal.removeEventListener("abort", kill);
  }
  return { stdout: output.text("stdout"), stderr: output.text("stderr"), files: await files(options) };
}

/** `undefined` for a good end, else the reason in the words of the official plugin. */
async function endOf(child: ReturnType<typeof spawn>): Promise<string | undefined> {
  return await new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => {
      const reason = code === 0 ? undefined : code === null ? `signal: ${signal}` : `exit status ${code}`;
      const timer = setTimeout(() => resolve(reason), DRAIN_MILLISECONDS);
      child.once("close", () => {
        clearTimeout(timer);
        resolve(reason);
      });
    });
  });
}

/** `assets` and `archive`, computed anew on every run. */
async function files(options: LocalRun): Promise<PropertyMap> {
  const folder = options.dir ?? ".";
  return {
    ...(options.assetPaths === undefined ? {} : { assets: await assets(folder, options.assetPaths) }),
    ...(options.archivePaths === undefined ? {} : { archive: await archive(folder, options.archivePaths) }),
  };
}

async function assets(folder: string, rules: readonly string[]): Promise<Record<string, Asset>> {
  const found = await matchingFiles(folder, rules);
  return Object.fromEntries(await Promise.all(found.map(async (path) => [path, await asset(join(folder, path))] as const)));
}

async function asset(path: string): Promise<Asset> {
  return new Asset(
    createHash("sha256")
      .update(await readFile(path))
      .digest("hex"),
    { path },
  );
}

async function archive(folder: string, rules: readonly string[]): Promise<Archive> {
  const members = await assets(folder, rules);
  const digest = createHash("sha256");
  for (const [path, { hash }] of Object.entries(members)) digest.update(`${path}\0${hash}\0`);
  return new Archive(digest.digest("hex"), { assets: members });
}
