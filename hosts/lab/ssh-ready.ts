import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "ssh2";
import { waitForBanner } from "../ssh/banner.ts";
import { machineFiles } from "./arrangement.ts";

const LOGIN_MILLISECONDS = 60_000;
const RETRY_MILLISECONDS = 250;

export interface SshTarget {
  readonly directory: string;
  readonly port: number;
  /** Type and base64 of the key that must answer. */
  readonly hostKey: string;
}

/** Resolves when the machine has run a command for us. Until then calls `whileWaiting` now and then; its rejection ends the waiting. */
export async function waitForSsh(target: SshTarget, signal: AbortSignal, whileWaiting: () => Promise<void>): Promise<void> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  try {
    await Promise.race([answered(target, until), repeat(whileWaiting, until)]);
  } finally {
    over.abort();
  }
  signal.throwIfAborted();
}

async function answered(target: SshTarget, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const banner = await waitForBanner({ address: "127.0.0.1", port: target.port }, signal);
    if (banner !== undefined && (await login(banner.socket, target, signal))) return;
    await pause(signal);
  }
}

async function repeat(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await work();
    await pause(signal);
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  await delay(RETRY_MILLISECONDS, undefined, { signal }).catch(() => undefined);
}

async function login(socket: Socket, target: SshTarget, signal: AbortSignal): Promise<boolean> {
  const privateKey = await readFile(join(target.directory, machineFiles.clientKey));
  const expected = Buffer.from(target.hostKey.split(" ")[1] ?? "", "base64");
  return new Promise((resolve) => {
    const client = new Client();
    const settle = (answered: boolean): void => {
      signal.removeEventListener("abort", giveUp);
      client.removeAllListeners("error").on("error", () => undefined);
      client.end();
      socket.destroy();
      resolve(answered);
    };
    const giveUp = (): void => settle(false);
    signal.addEventListener("abort", giveUp, { once: true });
    client.on("error", giveUp).on("close", giveUp);
    client.on("ready", () => {
      client.exec("true", (error, channel) => {
        if (error !== undefined) return giveUp();
        channel.on("exit", (code: number | null) => settle(code === 0)).resume();
      });
    });
    client.connect({
      sock: socket,
      username: "root",
      privateKey,
      readyTimeout: LOGIN_MILLISECONDS,
      hostVerifier: (key: Buffer) => key.equals(expected),
    });
  });
}
