import { cellKey, comesAtBoot, type WantedCell } from "./cells.ts";
import type { WriteStep } from "./host/port.ts";
import { followsGovernor } from "./knobs/cpu-frequency.ts";
import { type WaitingCell, waitingCells } from "./offline.ts";
import { isForgotten, isOurs, NOT_STARTED } from "./ours.ts";
import type { Baseline, BaselineCell } from "./schema.ts";
import { besideServices } from "./sockets.ts";
import { type HostView, valueIn } from "./view.ts";

export interface RestorePlan {
  /** In reverse order of writing, but for sockets, and for what has to wait for a governor. */
  readonly steps: readonly WriteStep[];
  /** Somebody else changed these since: left alone. */
  readonly conflicts: readonly (BaselineCell & { readonly found: string })[];
  /** The earlier values of these stay to be put back. */
  readonly waiting: readonly WaitingCell[];
}

type Decision = "restored" | "write" | "conflict";

/** What puts a host back. Pure. `force` overwrites what somebody else has set since. */
export function planRestore(baseline: Baseline, view: HostView, force: boolean): RestorePlan {
  const steps: WriteStep[] = [];
  const conflicts: (BaselineCell & { found: string })[] = [];
  const removed = slicesToRemove(baseline);
  for (const cell of [...baseline.cells].reverse()) {
    if (goesWithMore(cell, removed)) continue;
    const found = valueIn(view.values, cell);
    const decision = decide(cell, found, view, force);
    if (decision === "write") steps.push({ kind: cell.kind, name: cell.name, value: cell.before });
    else if (decision === "conflict") conflicts.push({ ...cell, found: found ?? "absent" });
  }
  const waits = ({ kind, name }: WriteStep) => kind === "value" && followsGovernor(name);
  const ordered = [...steps.filter((step) => !waits(step)), ...steps.filter(waits)];
  return { steps: besideServices(ordered, baseline, view), conflicts, waiting: waitingCells(baseline, view) };
}

/** A file of a slice goes with the slice; a parameter of the running kernel goes with a restart. */
function goesWithMore({ kind, name }: BaselineCell, removed: ReadonlySet<string>): boolean {
  return kind === "boot" || (kind === "property" && removed.has(name.split("/")[0] ?? ""));
}

/**
 * An entry that vanished (an interrupt, a CPU, a queue) needs nothing now. After a restart what lives in the kernel is back by itself;
 * only what still has our value (a persisted setting was read at boot) goes back.
 */
function decide(cell: BaselineCell, found: string | undefined, view: HostView, force: boolean): Decision {
  if (found === undefined && isHidden(cell, view)) return "write";
  if (found === undefined || found === cell.before) return "restored";
  if (isOurs(cell, found)) return "write";
  if (isForgotten(cell, found, view.bootId)) return "restored";
  return force ? "write" : "conflict";
}

/** While debugfs is not mounted its files have our values still: writing fails, says where, and the record stays. */
function isHidden({ name, before, wrote, bootId }: BaselineCell, view: HostView): boolean {
  return view.debugfs === "unmounted" && bootId === view.bootId && name.startsWith("/sys/kernel/debug/") && before !== wrote;
}

/** A slice that we made goes as a whole, with its properties. */
function slicesToRemove(baseline: Baseline): ReadonlySet<string> {
  return new Set(baseline.cells.flatMap(({ kind, name, before }) => (kind === "slice" && before === "absent" ? [name] : [])));
}

/** The cells of a baseline that a profile no longer wants. One that was written, and is now only to get a value at a start, is among them. */
export function obsolete(baseline: Baseline | undefined, wanted: readonly WantedCell[]): Baseline | undefined {
  if (baseline === undefined) return undefined;
  const wishes = new Map(wanted.map((cell) => [cellKey(cell), cell]));
  const isOver = (cell: BaselineCell): boolean => {
    const wish = wishes.get(cellKey(cell));
    return wish === undefined || (comesAtBoot(wish) && cell.bootId !== NOT_STARTED);
  };
  return { ...baseline, cells: baseline.cells.filter(isOver) };
}
