import type { Place } from "../define.ts";
import type { Countable } from "../harness/count.ts";
import type { UserCommandOrder } from "../harness/user-command.ts";
import { count } from "../metric.ts";

type Harness = Place["harness"];

/** One value each, which is compared and not estimated. */
export const countMetrics = {
  instructions: count("lower", "instructions", { exact: true }),
  syscalls: count("lower", "system calls", { exact: true }),
} as const satisfies Readonly<Record<Countable, unknown>>;

/** For a look at the host's programs. */
const LOOK_SECONDS = 60;

/** Why a host can't count that, or nothing. */
export async function whyNotCounted(harness: Harness, what: readonly Countable[]): Promise<string | undefined> {
  if (what.length === 0) return undefined;
  const missing = await harness.request("missing-counters", what, { timeoutSeconds: LOOK_SECONDS });
  const verb = missing.length === 1 ? "is" : "are";
  return missing.length === 0
    ? undefined
    : `${missing.join(" and ")} ${verb} not on ${harness.host}: name ${missing.join(" and ")} in the matrix under packages`;
}

/** The command once more for everything that is counted, beside the timed runs; a text says what did not come to its end. */
export async function countAll(
  harness: Harness,
  order: Omit<UserCommandOrder, "container">,
  what: readonly Countable[],
  timeoutSeconds: number,
): Promise<Partial<Record<Countable, number>> | string> {
  const counts: Partial<Record<Countable, number>> = {};
  for (const one of new Set(what)) {
    const counted = await harness.request("count", { what: one, order }, { timeoutSeconds });
    if (counted.outcome === "failed") return `${one}: ${counted.cause}`;
    counts[one] = counted.count;
  }
  return counts;
}
