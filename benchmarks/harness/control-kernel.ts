import { monotonic, secondsBetween } from "./clock.ts";

/** Seconds the control computation should take: long enough to see a slower CPU, short enough before every sample. */
const AIM = 0.2;
/** Some 10 ms: long enough to tell how many rounds the aim takes, and compiled by the engine before it is timed. */
const FIRST_COUNT = 5_000_000;

/** Seconds for `count` rounds of a fixed single-thread computation (xorshift32): no memory, no system call. */
export function runControlKernel(count: number): number {
  const start = monotonic();
  let state = 2463534242;
  for (let round = 0; round < count; round += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
  }
  const seconds = secondsBetween(start, monotonic());
  if (state === 0) throw new Error("xorshift32 never reaches 0 from another state");
  return seconds;
}

/** The number of rounds that takes about 200 ms here, so that an emulated CPU is not kept busy for seconds. */
export function calibrateControlKernel(): { readonly count: number; readonly seconds: number } {
  runControlKernel(FIRST_COUNT);
  const count = Math.max(1000, Math.round((FIRST_COUNT * AIM) / best(FIRST_COUNT)));
  return { count, seconds: runControlKernel(count) };
}

/** The fastest of three: whatever else runs only ever makes it slower. */
function best(count: number): number {
  return Math.min(...[1, 2, 3].map(() => runControlKernel(count)));
}
