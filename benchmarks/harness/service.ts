import { secondsBetween } from "./clock.ts";
import { asPoller, type ColdStartOrder, startUntilReady } from "./cold-start.ts";
import { killGroup } from "./command.ts";
import { groupsOf, register, removeContainer } from "./containers.ts";
import { type ControlGroup, controlGroup } from "./control-group.ts";

/** A container that answers, for as long as a sample uses it. */
export interface Service {
  /** On 127.0.0.1 of the host. */
  readonly hostPort: number;
  /** Absent for a plain process. */
  readonly group: ControlGroup | undefined;
  /** Process id of what was spawned: the engine's client, or the program itself for a `process`. */
  readonly pid: number;
  readonly start: ServiceStart;
  /** The newest lines of its output. */
  tail(): string;
}

/** How it came to answer. Stamps are CLOCK_MONOTONIC nanoseconds. */
export interface ServiceStart {
  /** Just before its start command was spawned. */
  readonly spawned: bigint;
  /** The last byte of the head of its first 200. */
  readonly first200: bigint;
  /** From the one to the other. */
  readonly seconds: number;
  /** Seconds from the start of the last failed try to that of the good one; only where it was polled, and not at the first try. */
  readonly bracket?: number;
}

/** Why there is nothing to measure, with the container's last output. */
export interface NoService {
  readonly outcome: "failed";
  readonly cause: string;
}

/**
 * Starts a container, waits until it answers, hands it to `use`, and removes it whatever happens. What kept it from answering is a
 * result, not an error; rejects with what `use` rejects with, when the engine fails, or when the container will not go.
 */
export async function withService<Result>(
  order: ColdStartOrder,
  use: (service: Service) => Promise<Result>,
): Promise<Result | NoService> {
  const started = await register(order.starter);
  const { container, found } = await asPoller(order, () => startUntilReady(order, started));
  try {
    if (found.outcome === "failed" && found.byEngine) throw new Error(found.cause);
    if (found.outcome === "failed") return { outcome: "failed", cause: found.cause };
    const group = controlGroup(groupsOf(started));
    const pid = container.child.pid ?? 0;
    const start = startOf(container.spawned, found.stamps);
    return await use({ hostPort: started.hostPort, group, pid, start, tail: () => container.tail() });
  } finally {
    await removeContainer(order.starter, started);
    killGroup(container.child);
    await container.ended;
  }
}

function startOf(spawned: bigint, stamps: Readonly<Record<string, bigint>>): ServiceStart {
  const { first200 = spawned, lastFailed, requestSent } = stamps;
  const polled = lastFailed !== undefined && requestSent !== undefined;
  return {
    ...{ spawned, first200, seconds: secondsBetween(spawned, first200) },
    ...(polled ? { bracket: secondsBetween(lastFailed, requestSent) } : {}),
  };
}
