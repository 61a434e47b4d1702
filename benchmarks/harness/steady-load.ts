import type { ColdStartOrder } from "./cold-start.ts";
import { generate, type LoadOrder, type LoadWindow } from "./load/generate.ts";
import { type LimitsReadBack, limitsReadBack } from "./read-limits.ts";
import { type NoService, withService } from "./service.ts";

export interface SteadyLoadOrder extends ColdStartOrder {
  readonly load: Omit<LoadOrder, "ports">;
}

export type SteadyLoad =
  | { readonly outcome: "loaded"; readonly window: LoadWindow; readonly limits: LimitsReadBack; readonly tail: string }
  | NoService;

/** One window of load on one fresh container. */
export function steadyLoad({ load, ...order }: SteadyLoadOrder): Promise<SteadyLoad> {
  return withService(order, async (service) => {
    const limits = limitsReadBack(order.limits, service.group);
    const window = await generate({ ...load, ports: [service.hostPort] }, service);
    return { outcome: "loaded" as const, window, limits, tail: service.tail() };
  });
}
