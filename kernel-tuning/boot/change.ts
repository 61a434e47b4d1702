import { type Cell, cellKey, type WantedCell } from "../cells.ts";
import type { BootChange } from "../host/port.ts";
import type { RestorePlan } from "../restore.ts";
import type { Baseline } from "../schema.ts";
import { type HostView, valueIn } from "../view.ts";
import { type Parameter, trialParameters } from "./command-line.ts";
import { contentOf, withContent } from "./file-value.ts";
import { loaderFiles, loaderOf } from "./loader.ts";

/** Whether a cell is a file that a boot loader takes parameters from. */
export const isLoaderFile = ({ kind, name }: Cell): boolean => kind === "file" && loaderFiles.includes(name);

export interface PendingBoot {
  readonly change: BootChange;
  /** False when the running kernel has all parameters already, and only the file differs. */
  readonly restart: boolean;
}

/** What has to happen before any other knob is written, since a restart forgets those. Pure. */
export function pendingBoot(
  wanted: readonly WantedCell[],
  leaving: Baseline | undefined,
  view: HostView,
  more: Pick<BootChange, "baseline" | "over" | "confirmSeconds">,
): PendingBoot | undefined {
  const boots = wanted.filter(({ kind }) => kind === "boot");
  const file = wanted.find(isLoaderFile);
  const loader = loaderOf(view);
  if (boots.length === 0 || file === undefined || "notApplicable" in loader) return undefined;
  const gone = (leaving?.cells ?? []).filter(({ kind }) => kind === "boot");
  const restart =
    boots.some((cell) => valueIn(view.values, cell) !== cell.wanted) ||
    gone.some((cell) => valueIn(view.values, cell) === cell.wrote && cell.wrote !== cell.before);
  if (!restart && valueIn(view.values, file) === file.wanted) return undefined;
  const parameters = boots.map(({ name, wanted: value }): Parameter => [name, value]);
  const before = more.baseline.cells.find((cell) => cellKey(cell) === cellKey(file))?.before ?? "absent";
  const trialFile = withContent(file.wanted, loader.edit(contentOf(before), trialParameters(parameters)));
  return { change: { ...more, path: loader.path, loader: loader.kind, file: file.wanted, trialFile, parameters }, restart };
}

/** The steps of a restore that the boot loader has to be told of. */
export function loaderSteps(plan: Pick<RestorePlan, "steps">): RestorePlan["steps"] {
  return plan.steps.filter(isLoaderFile);
}

/** Whether the running kernel still has a parameter of ours. */
export function runsOurs(baseline: Baseline, view: HostView): boolean {
  return baseline.cells.some((cell) => cell.kind === "boot" && valueIn(view.values, cell) !== cell.before);
}
