import { monotonic } from "./clock.ts";
import { captured, start } from "./command.ts";
import type { StartOrder } from "./container-order.ts";
import { register, removeContainer } from "./containers.ts";
import { starters } from "./engines.ts";
import { type Stamps, textOf } from "./stamps.ts";
import { type Watched, watchToItsEnd } from "./watch.ts";

export interface RunToItsEnd {
  readonly code: number;
  readonly stdout: string;
  /** The newest lines of both streams. */
  readonly tail: string;
  /** `start`: just before its start command was spawned. `end`: both streams were closed. */
  readonly stamps: Stamps;
  readonly watched: Watched;
}

/** Runs a container to its own end, watches it meanwhile, and removes it. Rejects when it takes longer than `timeoutSeconds`. */
export async function runToItsEnd(order: StartOrder, timeoutSeconds: number): Promise<RunToItsEnd> {
  const started = await register(order.starter);
  try {
    const command = starters[order.starter].run(order, started);
    const container = start(command);
    const watching = watchToItsEnd(order.limits, started, container);
    const { code, stdout, tail } = await captured(container, command, timeoutSeconds);
    const stamps = textOf({ start: container.spawned, end: monotonic() });
    return { code, stdout, tail, stamps, watched: await watching };
  } finally {
    await removeContainer(order.starter, started);
  }
}
