import { type Cell, cellKey, type WantedCell } from "../cells.ts";
import type { ReadRequest } from "../host/port.ts";
import { settle } from "../values.ts";
import { type HostView, valueIn } from "../view.ts";

/** What a knob may ask when it plans. */
export interface Surroundings {
  readonly view: HostView;
  /** The value before our first write: what `>` and `<` compare with. `undefined` when the host has no such cell. */
  earlier(cell: Cell): string | undefined;
  /** What the record says was stopped because of a service, in the order of writing. */
  stoppedWith(service: string): readonly string[];
  /** CPUs of a list that may hold words. Throws `UserError`. */
  cpus(list: string): readonly number[];
  /** Every knob of the profile with its value for this host, for knobs that share a cell. */
  readonly wishes: ReadonlyMap<string, string>;
}

export type KnobPlan =
  | { readonly cells: readonly WantedCell[]; readonly note?: string; readonly substituted?: boolean }
  /** Why this host has no such thing: neither pass nor fail. */
  | { readonly notApplicable: string }
  /** Why it can't be set on the host as it is now, and what to do about that. */
  | { readonly unsupported: string };

/** One kind of knob. A knob's name is its prefix, a dot, and an argument: `sysctl.vm.swappiness`. */
export interface Knob {
  readonly prefix: string;
  /** Arguments it takes, for checking a profile before any host is asked. */
  readonly argument: RegExp;
  reads(argument: string): readonly ReadRequest[];
  /** Pure. Throws `UserError` on a value that means nothing. */
  plan(argument: string, value: string, around: Surroundings): KnobPlan;
}

/** One kernel file with one value, as most knobs are. */
export function wantValue(path: string, value: string, around: Surroundings, missing: string): KnobPlan {
  const cell = { kind: "value", name: path } as const;
  const earlier = around.earlier(cell);
  if (earlier === undefined) return { notApplicable: missing };
  return { cells: [{ ...cell, wanted: settle(value, earlier, around.view.choices.get(cellKey(cell)) ?? []) }] };
}

/** Every kernel file that a path with `*` stands for. */
export function wantEach(
  path: string,
  value: (cell: Cell, earlier: string) => string,
  around: Surroundings,
  missing: string,
): KnobPlan {
  const cells = matching(path, around.view).map((cell) => ({ ...cell, wanted: value(cell, around.earlier(cell) ?? "") }));
  return cells.length === 0 ? { notApplicable: missing } : { cells };
}

/** Cells of kind `value` whose path a pattern stands for, in order of their numbers. */
function matching(path: string, view: HostView): Cell[] {
  const [first = "", ...rest] = path.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`^value ${[first, ...rest].join("[^/]*")}$`);
  return [...view.values.keys()]
    .filter((key) => pattern.test(key))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .map((key) => ({ kind: "value", name: key.slice("value ".length) }));
}

export const present = (cell: Cell, around: Surroundings): boolean => valueIn(around.view.values, cell) !== undefined;
