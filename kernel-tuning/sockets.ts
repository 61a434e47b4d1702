import { type Cell, cellKey } from "./cells.ts";
import type { WriteStep } from "./host/port.ts";
import type { Baseline } from "./schema.ts";
import { type HostView, valueIn } from "./view.ts";

const isSocket = ({ kind, name }: Cell): boolean => kind === "service" && name.endsWith(".socket");

/** A socket can't be started beside the service that it would start ("already active, refusing"): it goes back before all others. */
export function socketsFirst<One extends Cell>(steps: readonly One[]): One[] {
  return [...steps.filter(isSocket), ...steps.filter((step) => !isSocket(step))];
}

/**
 * The steps of a restore with sockets first. Where the service of one runs, since a write was cut or somebody started it, that is stopped for the
 * moment and started again, with what goes along with it and runs. Pure.
 */
export function besideServices(steps: readonly WriteStep[], { cells }: Baseline, view: HostView): WriteStep[] {
  const runs = (name: string) => valueIn(view.values, { kind: "service", name }) === "running";
  const starting = new Set(steps.filter((step) => isSocket(step) && step.value === "running").map(cellKey));
  const busy = new Set(cells.filter((cell) => starting.has(cellKey(cell))).flatMap(({ goesWith = [] }) => goesWith.filter(runs)));
  const again = [...cells].reverse().filter(({ kind, name, goesWith = [] }) => {
    return kind === "service" && runs(name) && [name, ...goesWith].some((service) => busy.has(service));
  });
  const stops = [...busy].map((name): WriteStep => ({ kind: "service", name, value: "stopped" }));
  const starts = again.map(({ kind, name }): WriteStep => ({ kind, name, value: "running" }));
  return [...stops, ...socketsFirst([...steps, ...starts])];
}
