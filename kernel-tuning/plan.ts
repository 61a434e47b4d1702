import type { z } from "zod";
import { type Cell, cellKey, type WantedCell } from "./cells.ts";
import type { ReadRequest } from "./host/port.ts";
import { findKnob, inOrder } from "./knobs/index.ts";
import type { KnobPlan } from "./knobs/knob.ts";
import { isForgotten } from "./ours.ts";
import type { rememberedCell, TuningInputs } from "./schema.ts";
import { coresOf, resolveCpus } from "./topology.ts";
import { valueFor } from "./values.ts";
import { type HostView, valueIn } from "./view.ts";

type Wishes = Pick<TuningInputs, "knobs" | "cpus">;

/** What planning needs of a baseline. */
export interface Remembered {
  readonly cells: readonly z.output<typeof rememberedCell>[];
}

export interface PlannedKnob {
  readonly name: string;
  readonly plan: KnobPlan;
}

/** Everything to read for some knobs, and for what an earlier run changed. */
export function requestsFor(wishes: Wishes, earlier: Remembered | undefined): ReadRequest[] {
  const knobs = Object.keys(wishes.knobs).flatMap((name) => {
    const { knob, argument } = findKnob(name);
    return [...knob.reads(argument)];
  });
  const all = [...knobs, ...(earlier?.cells ?? []).map(({ kind, name }) => ({ kind, name }))];
  return [...new Map(all.map((request) => [cellKey(request), request])).values()];
}

/** What each knob wants of this host. Pure; throws `UserError` on values that mean nothing. */
export function planKnobs(wishes: Wishes, seen: HostView, baseline: Remembered | undefined): PlannedKnob[] {
  const view = withSwaps(seen, baseline);
  const known = new Map(baseline?.cells.map((cell) => [cellKey(cell), cell]));
  const earlier = (cell: Cell): string | undefined => {
    const old = known.get(cellKey(cell));
    const found = valueIn(view.values, cell);
    if (old !== undefined) return isForgotten(old, found, view.bootId) ? found : old.before;
    return isListed(cell, view) ? found : undefined;
  };
  const around = {
    view,
    earlier,
    stoppedWith: (service: string) =>
      (baseline?.cells ?? []).flatMap(({ name, goesWith }) => (goesWith?.includes(service) === true ? [name] : [])),
    cpus: (list: string) => resolveCpus(list, view, wishes.cpus),
    wishes: new Map(
      Object.entries(wishes.knobs).flatMap(([name, value]): [string, string][] => {
        const settled = valueFor(value, view);
        return settled === undefined ? [] : [[name, settled]];
      }),
    ),
  };
  const names = [...new Set([...inOrder(Object.keys(wishes.knobs))])];
  return withoutOverruled(
    names.map((name) => {
      const { knob, argument } = findKnob(name);
      const value = around.wishes.get(name);
      if (value === undefined) return { name, plan: { notApplicable: noValue(view) } };
      return { name, plan: knob.plan(argument, value, around) };
    }),
  );
}

function noValue(view: HostView): string {
  return `no value for ${view.distribution}, kernel ${view.kernel.join(".")} and ${coresOf(view)} cores`;
}

/** Where two knobs want one cell, such as `irq.network` and `irq.enp1s0`, the later one answers for it. */
function withoutOverruled(planned: readonly PlannedKnob[]): PlannedKnob[] {
  const last = new Map(cellsOf(planned).map((cell) => [cellKey(cell), cell.wanted]));
  return planned.map(({ name, plan }) => {
    if (!("cells" in plan)) return { name, plan };
    const cells = plan.cells.filter((cell) => last.get(cellKey(cell)) === cell.wanted);
    return { name, plan: cells.length === 0 ? { notApplicable: "other knobs set all of it" } : { ...plan, cells } };
  });
}

/** A swap device that we switched off, the last one first, is listed no more, but still is one: a knob that did not see it would give it up. */
function withSwaps(view: HostView, baseline: Remembered | undefined): HostView {
  const swaps = (baseline?.cells ?? []).filter(({ kind }) => kind === "swap").reverse();
  return { ...view, values: new Map([...swaps.map((cell) => [cellKey(cell), "off"] as const), ...view.values]) };
}

/** One that nobody knows to be a swap device is none. */
function isListed(cell: Cell, view: HostView): boolean {
  return cell.kind !== "swap" || view.values.has(cellKey(cell));
}

/** The cells of all knobs, each once, in the order of writing. Where two knobs want one cell, the later one has it. */
export function cellsOf(planned: readonly PlannedKnob[]): WantedCell[] {
  const cells = new Map<string, WantedCell>();
  for (const { plan } of planned)
    for (const cell of "cells" in plan ? plan.cells : []) cells.set(cellKey(cell), joined(cells.get(cellKey(cell)), cell));
  return [...cells.values()];
}

function joined(earlier: WantedCell | undefined, cell: WantedCell): WantedCell {
  const goesWith = [...new Set([...(earlier?.goesWith ?? []), ...(cell.goesWith ?? [])])];
  return goesWith.length === 0 ? cell : { ...cell, goesWith };
}
