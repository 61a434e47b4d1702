import { monotonic, secondsBetween } from "./clock.ts";
import { type ColdStartOrder, waitUntilReady } from "./cold-start.ts";
import { killGroup, start } from "./command.ts";
import { readOr } from "./conditions.ts";
import { register, removeContainer } from "./containers.ts";
import { starters } from "./engines.ts";
import { containerGroups } from "./leftovers.ts";

/** A container that answers, for as long as a sample uses it. */
export interface Service {
  /** On 127.0.0.1 of the host. */
  readonly hostPort: number;
  /** Folders of its control groups: one with version 2, one per hierarchy with version 1, none for a plain process. */
  readonly groups: readonly string[];
  /** Process id of what was spawned: the engine's client, or the program itself for a `process`. */
  readonly pid: number;
  /** From just before its start command was spawned to the last byte of the head of its first 200. */
  readonly loadSeconds: number;
  /** The newest lines of its output. */
  tail(): string;
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
  const from = monotonic();
  const container = start(starters[order.starter].run(order, started));
  try {
    const found = await waitUntilReady(order, started, container);
    if (found.outcome === "failed" && found.byEngine) throw new Error(found.cause);
    if (found.outcome === "failed") return { outcome: "failed", cause: found.cause };
    const id = readOr(started.idFile).trim();
    const groups = id === "" ? [] : containerGroups(id);
    const loadSeconds = secondsBetween(from, found.stamps.first200 ?? monotonic());
    const pid = container.child.pid ?? 0;
    return await use({ hostPort: started.hostPort, groups, pid, loadSeconds, tail: () => container.tail() });
  } finally {
    await removeContainer(order.starter, started);
    killGroup(container.child);
    await container.ended;
  }
}
