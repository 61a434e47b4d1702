import type { WantedCell } from "../cells.ts";
import { shortServiceName } from "../service-name.ts";
import { valueIn } from "../view.ts";
import type { Surroundings } from "./knob.ts";

/**
 * A service that is to rest, and before it what goes along and ran: what needs it, which the host's init system stops with it and does not
 * start with it, and the sockets, timers and paths that would start it again. What the profile has another wish for is left to that.
 */
export function stopping(name: string, around: Surroundings): WantedCell[] {
  const along = goingAlong(name, around).flatMap((service): WantedCell[] => {
    const cell = { kind: "service", name: spelled(service, around) } as const;
    const isLeft = around.wishes.get(`service.${cell.name}`) === "running" || valueIn(around.view.values, cell) === undefined;
    return isLeft || around.earlier(cell) !== "running" ? [] : [{ ...cell, wanted: "stopped", goesWith: [name] }];
  });
  return [...along, { kind: "service", name, wanted: "stopped" }];
}

/** Each once, after what goes along with it. The record comes first: it keeps its order, and knows what systemd has forgotten. */
function goingAlong(name: string, { view, stoppedWith }: Surroundings): string[] {
  const direct = new Map([...view.along].map(([service, others]) => [shortServiceName(service), others]));
  const seen = new Set([shortServiceName(name)]);
  const order: string[] = [];
  const visit = (service: string): void => {
    for (const next of [...stoppedWith(service), ...(direct.get(shortServiceName(service)) ?? [])]) {
      if (seen.has(shortServiceName(next))) continue;
      seen.add(shortServiceName(next));
      visit(next);
      order.push(next);
    }
  };
  visit(name);
  return order;
}

/** As the profile has it, where that has a wish for the same service. */
function spelled(service: string, { wishes }: Surroundings): string {
  return wishes.has(`service.${shortServiceName(service)}`) ? shortServiceName(service) : service;
}
