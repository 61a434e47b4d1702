import { rmdirSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { actions } from "./actions.ts";
import { killAll } from "./command.ts";
import { killContainers } from "./containers.ts";
import { HOST_DIRECTORY, homeOnHost } from "./home.ts";
import { controllerIsAlive, followController } from "./host-lock.ts";
import { closeKernelLog } from "./kernel-log.ts";
import type { Answer, LifeSign, Request } from "./protocol.ts";
import { removeArchives } from "./start-state.ts";

/**
 * The program that measures on the host. It lives as long as the session: JSON lines in, JSON lines out, one request at a time,
 * asleep in between. The end of standard input and every ending signal stop what runs and remove every trace of the program.
 */
function main(): void {
  let queue: Promise<void> = Promise.resolve();
  const lines = createInterface({ input: process.stdin });
  lines.on("line", (line) => {
    const message = JSON.parse(line) as Request | LifeSign;
    if ("controller" in message) controllerIsAlive();
    else queue = queue.then(() => serve(message));
  });
  followController({ ask: () => say({ controller: "asks" }), gone: finish });
  lines.once("close", finish);
  for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const) process.once(signal, finish);
  process.stdout.on("error", finish);
}

async function serve(request: Request): Promise<void> {
  const action = (actions as Readonly<Record<string, (given: never) => Promise<unknown>>>)[request.action];
  try {
    if (action === undefined) throw new Error(`no action named ${request.action}`);
    say({ id: request.id, result: await action(request.arguments as never) });
  } catch (error) {
    say({ id: request.id, failure: error instanceof Error ? error.message : String(error) });
  }
}

function say(message: Answer | LifeSign): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function finish(): void {
  killContainers();
  killAll();
  removeArchives();
  closeKernelLog();
  removeSelf();
  process.exit(0);
}

function removeSelf(): void {
  const directory = homeOnHost();
  if (directory === undefined) return;
  rmSync(directory, { recursive: true, force: true });
  try {
    rmdirSync(HOST_DIRECTORY);
  } catch {
    // Another session still uses it.
  }
}

main();
