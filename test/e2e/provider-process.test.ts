import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { ask } from "../provider/server/harness.ts";

const root = join(import.meta.dirname, "..", "..");
const executable = join(root, "provider", "pulumi-resource-distrobench");
/** No engine answers there: lines of the log are lost, calls are not. */
const engine = "127.0.0.1:1";
const residentBytes = 150e6;

/** Everything that a provider is made of. */
const PARTS = [
  ...["package.json", "index.ts", "benchmarks", "cli", "engine", "hosts"],
  ...["images", "kernel-tuning", "provider", "report", "stacks"],
];

async function firstLine(child: ChildProcess): Promise<string> {
  assert.ok(child.stdout !== null);
  const ended = once(child, "exit").then(([code]) => assert.fail(`it ended with exit code ${code} and said nothing`));
  const [line] = (await Promise.race([once(createInterface(child.stdout), "line"), ended])) as [string];
  return line;
}

function resident(pid: number): number {
  const [, kibibytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kibibytes) * 1024;
}

test("the provider starts from any directory, prints its port first, and stays small with every handler loaded", async (context) => {
  const child = spawn(executable, ["--logtostderr", engine], { cwd: tmpdir(), stdio: ["ignore", "pipe", "inherit"] });
  context.after(() => child.kill("SIGKILL"));
  const line = await firstLine(child);
  assert.match(line, /^\d+$/);
  const client = new providerGrpc.ResourceProviderClient(`127.0.0.1:${line}`, grpc.credentials.createInsecure());
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  assert.equal((await ask(client, "getPluginInfo", new emptyPb.Empty())).getVersion(), version);
  client.close();
  // What loading needed is given back a moment later.
  const deadline = performance.now() + 60_000;
  let bytes = resident(child.pid ?? 0);
  for (; bytes > residentBytes && performance.now() < deadline; bytes = resident(child.pid ?? 0)) await sleep(500);
  assert.ok(bytes <= residentBytes, `${Math.round(bytes / 1e6)} MB resident`);
  child.kill("SIGINT");
  assert.deepEqual(await once(child, "exit"), [0, null]);
});

test("the provider starts from a project whose path has spaces", async () => {
  const directory = mkdtempSync(join(tmpdir(), "distrobench provider "));
  for (const part of PARTS) cpSync(join(root, part), join(directory, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
  renameSync(join(directory, "provider", "pulumi-resource-distrobench"), join(directory, "provider", "plugin"));
  symlinkSync(join(directory, "provider", "plugin"), join(directory, "link"));
  const child = spawn(join(directory, "link"), [engine], { stdio: ["ignore", "pipe", "inherit"] });
  assert.match(await firstLine(child), /^\d+$/);
  child.kill("SIGTERM");
  assert.deepEqual(await once(child, "exit"), [0, null]);
  rmSync(directory, { recursive: true });
});

test("the provider ends when the engine was killed", async () => {
  const script =
    'const { spawn } = require("child_process"); const child = spawn(process.argv[1], process.argv.slice(2), { detached: true, stdio: ["ignore", "pipe", "inherit"] }); child.stdout.once("data", () => console.log(child.pid));';
  const parent = spawn(process.execPath, ["-e", script, executable, engine], { stdio: ["ignore", "pipe", "inherit"] });
  const pid = Number(await firstLine(parent));
  assert.ok(existsSync(`/proc/${pid}`));
  parent.kill("SIGKILL");
  // Two seconds on a machine at rest; a busy one is not what is tested.
  const deadline = performance.now() + 30_000;
  while (existsSync(`/proc/${pid}`) && performance.now() < deadline) await sleep(20);
  const isGone = !existsSync(`/proc/${pid}`);
  if (!isGone) process.kill(pid, "SIGKILL");
  assert.ok(isGone, "gone by itself");
});
