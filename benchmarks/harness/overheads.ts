import { monotonic, secondsBetween } from "./clock.ts";
import { run } from "./command.ts";
import type { Starter } from "./container-order.ts";
import { starters } from "./engines.ts";
import { generate, type LoadOrder } from "./load/generate.ts";
import { summariseWindow, type WindowSummary } from "./load/window.ts";
import { type NullStart, nullResponder, startNullResponder } from "./null-responder.ts";
import { withService } from "./service.ts";

/** Seconds of each spawn of the engine's client without any work. Recorded beside the results, never subtracted from them. */
export async function clientSpawns(starter: Starter, spawns: number): Promise<readonly number[]> {
  const { version } = starters[starter];
  const seconds: number[] = [];
  for (let spawn = 0; version !== undefined && spawn < spawns; spawn += 1) {
    const start = monotonic();
    await run(version, 60);
    seconds.push(secondsBetween(start, monotonic()));
  }
  return seconds;
}

/** Starts of a responder that does nothing else, without anything of ours beside them and under the poller of foreign images. */
export interface StartOverheads {
  readonly alone: readonly NullStart[];
  readonly polled: readonly NullStart[];
}

/** One of each kind after the other, so that a drift of the host hits both. Emulated hosts take seconds for a start: there only the first. */
export async function startOverheads(starts: { readonly alone: number; readonly polled: number }): Promise<StartOverheads> {
  const found: Record<keyof StartOverheads, NullStart[]> = { alone: [], polled: [] };
  for (let count = 0; count < Math.max(starts.alone, starts.polled); count += 1) {
    for (const kind of ["alone", "polled"] as const) {
      const start = count < starts[kind] ? await startNullResponder(kind === "polled") : undefined;
      if (start !== undefined) found[kind].push(start);
    }
  }
  return found;
}

/** How late this program's own requests leave here, at a test's schedule, while only the responder that does nothing is served; seconds. */
export async function sendLateness(
  schedule: Pick<LoadOrder, "rate" | "duration" | "profile" | "seed">,
): Promise<WindowSummary["lateness"]> {
  const load = { ...schedule, warmup: 0, method: "GET", path: "/" };
  const found = await withService(nullResponder, async ({ hostPort }) => ({
    outcome: "loaded" as const,
    window: await generate({ ...load, ports: [hostPort] }),
  }));
  if (found.outcome === "failed") throw new Error(`the send lateness can't be measured: ${found.cause}`);
  return summariseWindow(found.window.series).lateness;
}
