import type { Channel, Exit } from "./channel.ts";
import type { CommandFailure } from "./errors.ts";
import type { RunOptions } from "./transport.ts";
import type { Warden } from "./warden.ts";

/** A command as its warden knows it. */
export interface Watched {
  readonly id: string;
  readonly channel: Channel;
  readonly warden: Warden;
}

export interface Watch {
  /** Ends the command for this reason; only the first reason counts. */
  fail(reason: CommandFailure): void;
  /** Stops watching, and says what went wrong: nothing, when the command ended by itself with an exit code. */
  settle(exit: Exit): CommandFailure | undefined;
}

/** Milliseconds from an abort until the channel is given up: the warden needs one second of them. */
const GRACE = 1900;

/** Ends a command on abort or time-out. */
export function watchOver(watched: Watched, options: Pick<RunOptions, "signal" | "timeoutSeconds">): Watch {
  const { id, channel, warden } = watched;
  let why: CommandFailure | undefined;
  const timers: NodeJS.Timeout[] = [];
  const fail = (reason: CommandFailure) => {
    if (why !== undefined) return;
    why = reason;
    warden.kill(id);
    timers.push(setTimeout(() => channel.destroy(), GRACE));
  };
  const onAbort = () => fail("aborted");
  if (options.signal?.aborted) onAbort();
  options.signal?.addEventListener("abort", onAbort);
  if (options.timeoutSeconds !== undefined) timers.push(setTimeout(() => fail("timeout"), options.timeoutSeconds * 1000));
  return {
    fail,
    settle: (exit) => {
      for (const timer of timers) clearTimeout(timer);
      options.signal?.removeEventListener("abort", onAbort);
      return why ?? unfinished(exit);
    },
  };
}

function unfinished(exit: Exit): CommandFailure | undefined {
  if (exit.signal !== null) return "signal";
  return exit.code === null ? "connection-lost" : undefined;
}
