import { seededRandom } from "../../statistics/random.ts";

export interface Schedule {
  /** Requests per second. */
  readonly rate: number;
  /** Seconds of the window. */
  readonly duration: number;
  /** Seconds on the same schedule before it. */
  readonly warmup: number;
  /**
   * `constant`: one request every 1/rate seconds. `poisson`: a Poisson process of the same rate, given its count, so that every window
   * has the same number of requests and nothing is in step with a timer of the server.
   */
  readonly profile: "constant" | "poisson";
  /** Of the Poisson arrivals. */
  readonly seed: number;
}

const STEPS = 2 ** 48;

/** When each request is due, in seconds from the start of the window, ascending; warm-up requests are below 0. */
export function dueTimes({ rate, duration, warmup, profile, seed }: Schedule): readonly number[] {
  const [before, inside] = [Math.round(rate * warmup), Math.round(rate * duration)];
  if (profile === "constant") return Array.from({ length: before + inside }, (_, index) => (index - before) / rate);
  const random = seededRandom(seed);
  // The arrivals of a Poisson process, given their number, are independent and uniform.
  const uniform = (count: number, from: number, length: number): readonly number[] =>
    Array.from({ length: count }, () => from + (random(STEPS) / STEPS) * length).sort((a, b) => a - b);
  return [...uniform(before, -warmup, warmup), ...uniform(inside, 0, duration)];
}
