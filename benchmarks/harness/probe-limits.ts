import { start } from "./command.ts";
import type { StartOrder } from "./container-order.ts";
import { groupsOf, register, removeContainer } from "./containers.ts";
import { controlGroup } from "./control-group.ts";
import { starters } from "./engines.ts";
import { type LimitsReadBack, limitsReadBack } from "./read-limits.ts";

/** By what decides them: an engine gives every container of the same order the same ones. */
const known = new Map<string, LimitsReadBack>();

/** How long starting such a container may take on a slow host. */
export const PROBE_SECONDS = 60;

/** Says that it runs, and stays for a second or more. It counts, because not every image has a `sleep`. */
const SCRIPT = "echo up; n=0; while [ $n -lt 3000000 ]; do n=$((n+1)); done";

/**
 * Limits of a container that is started like another one, only to be looked at: once per session, so that nothing of ours runs beside what is
 * timed. Its image needs `sh`. Rejects with the container's output when it does not come up.
 */
export async function probeLimits(order: Pick<StartOrder, "starter" | "image" | "slice" | "limits">): Promise<LimitsReadBack> {
  const { starter, image, slice, limits } = order;
  if (Object.values(limits).every((limit) => limit === undefined)) return limitsReadBack({}, undefined);
  const key = JSON.stringify([starter, image, slice, limits]);
  const read = known.get(key) ?? (await lookAt({ starter, image, slice, limits }));
  known.set(key, read);
  return read;
}

async function lookAt(order: Pick<StartOrder, "starter" | "image" | "slice" | "limits">): Promise<LimitsReadBack> {
  const started = await register(order.starter);
  const words = { entrypoint: "sh", arguments: ["-c", SCRIPT] };
  const container = start(starters[order.starter].run({ ...order, ...words }, started));
  const up = new Promise<boolean>((resolve) => {
    container.onLine = (line) => line === "up" && resolve(true);
  });
  try {
    if (!(await Promise.race([up, container.ended.then(() => false)])))
      throw new Error(`the container's limits can't be read: one of ${order.image} did not come up\n${container.tail()}`);
    return limitsReadBack(order.limits, controlGroup(groupsOf(started)));
  } finally {
    await removeContainer(order.starter, started);
    await container.ended;
  }
}
