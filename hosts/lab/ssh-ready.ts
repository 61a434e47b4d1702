import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "ssh2";
import { machineFiles } from "./arrangement.ts";

/** QEMU accepts connections before the guest does: one that stays silent this long is given up and tried again. */
const BANNER_MILLISECONDS = 3000;
const LOGIN_MILLISECONDS = 60_000;
const RETRY_MILLISECONDS = 250;

export interface SshTarget {
  readonly directory: string;
  readonly port: number;
  /** Type and base64 of the key that must answer. */
  readonly hostKey: string;
}

/** Resolves when the machine has run a command for us. Until then calls `onRetry`, whose rejection ends the waiting. */
export async function waitForSsh(target: SshTarget, signal: AbortSignal, onRetry: () => Promise<void>): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    await onRetry();
    const socket = await socketWithBanner(target.port, signal);
    if (socket !== undefined && (await login(socket, target, signal))) return;
    await delay(RETRY_MILLISECONDS, undefined, { signal });
  }
}

function socketWithBanner(port: number, signal: AbortSignal): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const settle = (result: Socket | undefined): void => {
      socket.removeAllListeners();
      signal.removeEventListener("abort", giveUp);
      clearTimeout(timer);
      if (result === undefined) socket.on("error", () => undefined).destroy();
      resolve(result);
    };
    const giveUp = (): void => settle(undefined);
    const timer = setTimeout(giveUp, BANNER_MILLISECONDS);
    signal.addEventListener("abort", giveUp, { once: true });
    // Only looks whether something is there to read: ssh2 reads it.
    socket.once("readable", () => settle(socket.readableLength > 0 ? socket : undefined));
    socket.once("error", giveUp);
    socket.once("close", giveUp);
  });
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
