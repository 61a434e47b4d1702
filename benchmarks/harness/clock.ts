/** CLOCK_MONOTONIC in nanoseconds: the same clock for every process and container of one kernel without a time namespace. */
export function monotonic(): bigint {
  return process.hrtime.bigint();
}

/** Seconds from one CLOCK_MONOTONIC stamp to another. */
export function secondsBetween(from: bigint, to: bigint): number {
  return Number(to - from) / 1e9;
}

/**
 * Nanoseconds from the monotonic clock to the wall clock, found at a tick of the wall clock (milliseconds in JavaScript), so good
 * to some ten microseconds. Takes at most 1 ms of CPU. Only for placing an engine's event stamps inside one sample.
 */
export function wallOffset(): bigint {
  const first = Date.now();
  let now = first;
  while (now === first) now = Date.now();
  return BigInt(now) * 1_000_000n - monotonic();
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
