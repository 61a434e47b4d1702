import { readFile } from "node:fs/promises";

/** Milliseconds between two looks at a console's file. */
const INTERVAL = 20;

/** What a kernel says when it hands over to the first program (init/main.c); a quiet kernel does not say it on its console. */
const INIT = /Run \/\S*init as init process/;

export interface ConsoleStamps {
  /** CLOCK_MONOTONIC nanoseconds of the controller: first byte of the console, and the kernel's hand-over to init. */
  readonly console?: bigint;
  readonly init?: bigint;
}

export interface ConsoleWatch {
  stamps(): ConsoleStamps;
  stop(): void;
}

/** Watches a serial console that QEMU writes to a file. */
export function watchConsole(path: string): ConsoleWatch {
  let seen: ConsoleStamps = {};
  let reading = false;
  const look = async (): Promise<void> => {
    if (reading) return;
    reading = true;
    const text = await readFile(path, "utf8").catch(() => "");
    const now = process.hrtime.bigint();
    if (text !== "") seen = { console: now, ...seen };
    if (INIT.test(text)) seen = { init: now, ...seen };
    reading = false;
  };
  const timer = setInterval(() => void look(), INTERVAL);
  return { stamps: () => seen, stop: () => clearInterval(timer) };
}
