import { cellKey, comesAtBoot, type WantedCell } from "./cells.ts";
import { isForeign, isForgotten, isOurs, NOT_STARTED } from "./ours.ts";
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
  const also = alsoOurs(cell, old, found);
  const first = { ...firstSeen(cell, found, view, now), ...(also.length > 0 && { also }) };
  if (old === undefined) return first;
  const isAsBefore = found === old.before && first.bootId === old.bootId;
  if (isForgotten(old, found, view.bootId) && !isAsBefore) return first;
  const { before, origin, at, foreign } = old;
  return withForeign({ ...first, before, origin, at, ...(foreign && { foreign }) }, view);
}

/**
 * What else of ours it may have: what it has now, where the write to come may be cut; what a file gives it at the next start, and what an
 * earlier one did or still does, where its own write is cut.
 */
function alsoOurs({ wanted, atBoot }: WantedCell, old: BaselineCell | undefined, found: string): string[] {
  const stays = old !== undefined && found !== old.before && isOurs(old, found) ? [found] : [];
  const comes = atBoot === undefined ? [] : [atBoot, ...(old === undefined ? [] : [old.wrote, ...(old.also ?? [])])];
  return [...new Set([...comes, ...stays])].filter((value) => value !== wanted);
}

function firstSeen(cell: WantedCell, before: string, view: HostView, at: string): BaselineCell {
  const { kind, name, wanted, goesWith } = cell;
  const origin = before === "absent" ? "absent" : kind === "file" ? "file" : "live";
  const bootId = comesAtBoot(cell) ? NOT_STARTED : view.bootId;
  return { kind, name, before, origin, wrote: wanted, at, bootId, ...(goesWith && { goesWith: [...goesWith] }) };
}

function withForeign(cell: BaselineCell, view: HostView): BaselineCell {
  const { foreign = [] } = cell;
  const found = valueIn(view.values, cell);
  if (found === undefined || !isForeign(cell, found) || foreign.includes(found)) return cell;
  return { ...cell, foreign: [...foreign, found] };
}
