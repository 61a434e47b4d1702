import { cellKey, type WantedCell } from "./cells.ts";
import { isForeign, isForgotten, isOurs } from "./ours.ts";
import type { Baseline, BaselineCell, Controller } from "./schema.ts";
import { type HostView, valueIn } from "./view.ts";

/**
 * What to keep of the host as it was. An earlier value stays what it was, unless the host was started again since and has another by
 * itself: that is the one to go back to. `now` is ISO 8601.
 */
export function baselineFor(
  wanted: readonly WantedCell[],
  view: HostView,
  old: Baseline | undefined,
  about: Pick<Baseline, "owner" | "profile"> & { readonly controller: Controller; readonly now: string },
): Baseline {
  const { now, ...rest } = about;
  const known = new Map(old?.cells.map((cell) => [cellKey(cell), cell]));
  const mine = wanted.map((cell) => remember(cell, known.get(cellKey(cell)), view, now));
  const names = new Set(wanted.map(cellKey));
  const others = (old?.cells ?? []).filter((cell) => !names.has(cellKey(cell))).map((cell) => withForeign(cell, view));
  return { version: 2, ...rest, at: old?.at ?? now, cells: [...others, ...mine] };
}

function remember(cell: WantedCell, old: BaselineCell | undefined, view: HostView, now: string): BaselineCell {
  const found = valueIn(view.values, cell) ?? "absent";
  const first = firstSeen(cell, found, { bootId: view.bootId, at: now });
  if (old === undefined || isForgotten(old, found, view.bootId)) return first;
  const { before, origin, at, foreign } = old;
  const mayStay = found !== before && found !== cell.wanted && isOurs(old, found);
  return withForeign({ ...first, before, origin, at, ...(mayStay && { also: [found] }), ...(foreign && { foreign }) }, view);
}

function firstSeen({ kind, name, wanted }: WantedCell, before: string, when: Pick<BaselineCell, "bootId" | "at">): BaselineCell {
  const origin = before === "absent" ? "absent" : kind === "file" ? "file" : "live";
  return { kind, name, before, origin, wrote: wanted, ...when };
}

function withForeign(cell: BaselineCell, view: HostView): BaselineCell {
  const { foreign = [] } = cell;
  const found = valueIn(view.values, cell);
  if (found === undefined || !isForeign(cell, found) || foreign.includes(found)) return cell;
  return { ...cell, foreign: [...foreign, found] };
}
