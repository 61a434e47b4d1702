import type { BaselineCell } from "./schema.ts";

/** In the place of a boot id: only a later start of the host gives a cell our value. Until then what it has is the host's own. */
export const NOT_STARTED = "";

type Ours = Pick<BaselineCell, "wrote" | "also">;
type Remembered = Ours & Pick<BaselineCell, "kind" | "bootId">;

/** Whether a value is ours: what we wrote last, or what a cell may have instead of it. */
export function isOurs({ wrote, also }: Ours, value: string): boolean {
  return value === wrote || also?.includes(value) === true;
}

/** Whether somebody else set a value over ours. */
export function isForeign(cell: BaselineCell, value: string): boolean {
  return value !== cell.before && !isOurs(cell, value);
}

/** Whether the host was started again since and has another value by itself. A file outlives a restart. */
export function isForgotten(cell: Remembered, found: string | undefined, bootId: string): boolean {
  return found !== undefined && cell.kind !== "file" && cell.bootId !== bootId && !isOurs(cell, found);
}

/** A cell with what was read after a write: what the kernel made of our value is ours, what somebody else had set before is not. */
export function withReadBack(cell: BaselineCell, value: string | undefined): BaselineCell {
  if (value === undefined || cell.foreign?.includes(value) || !isForeign(cell, value)) return cell;
  return { ...cell, also: [...(cell.also ?? []), value] };
}
