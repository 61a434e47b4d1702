import { monotonic } from "../clock.ts";

/** Nanoseconds before a due instant at which sleeping ends: timers of Node.js have steps of 1 ms and fire up to one step late. */
const SPIN = 2_000_000;

/**
 * Calls `send` for each due instant (CLOCK_MONOTONIC ns, ascending), never before it: a timer until 2 ms before, then turns of the event
 * loop without a pause, so that answers are still taken in at once. What is late is sent at once; nothing is left out. Rejects with what
 * `send` throws.
 */
export async function pace(due: readonly bigint[], send: (index: number) => void): Promise<void> {
  for (const [index, at] of due.entries()) {
    for (let ahead = at - monotonic(); ahead > 0n; ahead = at - monotonic()) await pause(Number(ahead));
    send(index);
  }
}

function pause(nanoseconds: number): Promise<void> {
  return new Promise((resolve) => {
    if (nanoseconds > SPIN) setTimeout(resolve, Math.floor((nanoseconds - SPIN) / 1e6));
    else setImmediate(resolve);
  });
}
