import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createSshPool, sh, type Transport } from "../../hosts/index.ts";
import { forgetStack } from "../e2e/launcher.ts";
import { distrobench, processesWith, root, start } from "../e2e/project.ts";
import { ownMachine } from "../lab/own-machine.ts";
import { type Sshd, startSshd } from "../lab/sshd.ts";
import { accessTo, thisDistribution } from "../lab/this-machine.ts";
import type { Figure } from "./figure.ts";
import { connectionTo } from "./loopback.ts";
import { middle } from "./timed.ts";

const STACK = "zz-interrupt";
const TIMES = 5;
/** Seconds that nobody else sleeps: by them the command is found among all processes. */
const MARK = "86397";
const PATIENCE_MILLISECONDS = 180_000;

/**
 * From ^C to the moment when nothing runs any more of what was begun on a host over SSH: a setup step of `./distrobench up`, and a command
 * of a provider's own, as the one that measures.
 */
export async function measure(): Promise<readonly Figure[]> {
  const sshd = await startSshd({ inside: ownMachine(STACK) });
  const pool = createSshPool({ root });
  try {
    const transport = await pool.transport(connectionTo("one", sshd));
    writeFileSync(join(root, "stacks", `${STACK}.yaml`), matrix(sshd));
    const figures: Figure[] = [];
    for (const [what, once] of [
      ["a command of the provider", () => abortedCommand(transport)],
      ["a setup step of up", interruptedUp],
    ] as const) {
      const seconds: number[] = [];
      for (let time = 0; time < TIMES; time += 1) seconds.push(await once());
      const value = `${middle(seconds).toFixed(2)} s, at most ${Math.max(...seconds).toFixed(2)} s`;
      figures.push({ what: `^C in ${what}, to no remote process: ${TIMES} times`, value, aim: "2 s" });
    }
    return figures;
  } finally {
    const { code, output } = await distrobench("destroy", STACK);
    if (code !== 0) process.stderr.write(`destroy ${STACK} ended with ${code}:\n${output}\n`);
    await pool.close();
    await sshd.stop();
    forgetStack(STACK);
  }
}

const running = (): number => processesWith(`sleep ${MARK}`).length;

async function abortedCommand(transport: Transport): Promise<number> {
  const abort = new AbortController();
  const command = transport.run(sh`sleep ${MARK} & sleep ${MARK}; wait`, { signal: abort.signal }).catch(() => undefined);
  await until(() => running() >= 2);
  const pressed = performance.now();
  abort.abort();
  await until(() => running() === 0);
  const seconds = (performance.now() - pressed) / 1000;
  await command;
  return seconds;
}

async function interruptedUp(): Promise<number> {
  const up = start(["up", STACK]);
  const early = up.ended.then(({ output }) => {
    throw new Error(`up ${STACK} ended before it came to its long step:\n${output}`);
  });
  await Promise.race([until(() => running() >= 2), early]);
  early.catch(() => {});
  const pressed = performance.now();
  up.signal("SIGINT");
  await until(() => running() === 0);
  const seconds = (performance.now() - pressed) / 1000;
  const { code, output } = await up.ended;
  if (code !== 130) throw new Error(`up ${STACK} ended with ${code} after ^C:\n${output}`);
  return seconds;
}

async function until(holds: () => boolean): Promise<void> {
  const limit = performance.now() + PATIENCE_MILLISECONDS;
  while (!holds()) {
    if (performance.now() > limit) throw new Error(`waited ${PATIENCE_MILLISECONDS / 1000} s in vain`);
    await sleep(20);
  }
}

function matrix(sshd: Sshd): string {
  const setup = [{ name: "long", run: `sleep ${MARK} & sleep ${MARK}; wait`, undo: "true" }];
  const hosts = { one: { distribution: thisDistribution(), ssh: accessTo(sshd), setup } };
  return JSON.stringify({ version: 1, title: "Interrupted", packages: [], hosts });
}
