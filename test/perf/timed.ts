export interface Timed<Result> {
  readonly result: Result;
  readonly seconds: number;
  /** Of this process. Less than `seconds` means waiting, or that others had the processor; more, that the collector's threads worked beside. */
  readonly cpuSeconds: number;
}

export function timed<Result>(work: () => Result): Timed<Result> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 };
}

/** `0.84 s (CPU 0.61 s)`: on a shared machine the second is nearer to what a quiet one would take. */
export function wallAndCpu({ seconds, cpuSeconds }: Timed<unknown>): string {
  return `${seconds.toFixed(2)} s (CPU ${cpuSeconds.toFixed(2)} s)`;
}

/** Wall time of work that is mostly waiting. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

export function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
