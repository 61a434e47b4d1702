import { failuresOf } from "./apply.ts";
import { isLoaderFile } from "./boot/change.ts";
import { endTrial, needsRestart, takeBackCommandLine } from "./boot/stage.ts";
import { cellKey } from "./cells.ts";
import type { TuningHost } from "./host/port.ts";
import { planRestore } from "./restore.ts";
import type { Baseline } from "./schema.ts";
import { valueIn, valuesOf, viewOf } from "./view.ts";

interface Recovered {
  readonly restored: number;
  /** Sentences about values that somebody else changed: they were left alone, and the record stays. */
  readonly conflicts: readonly string[];
  readonly failures: readonly string[];
}

/**
 * Puts a host back from its own record, or from what the state knows when the host's is lost. `undefined`: there is nothing to put back.
 * `accept` throws when the record is somebody else's.
 */
export async function restoreHost(
  host: TuningHost,
  options: { readonly known?: Baseline; readonly force: boolean; accept?(record: Baseline): void },
): Promise<Recovered | undefined> {
  const requests = (baseline: Baseline | undefined) => (baseline?.cells ?? []).map(({ kind, name }) => ({ kind, name }));
  const look = async (baseline: Baseline | undefined) => viewOf(await host.read(requests(baseline)), "debian");
  let view = await look(options.known);
  const baseline = view.record ?? options.known;
  if (baseline === undefined) return undefined;
  if (view.record !== undefined) options.accept?.(view.record);
  const asked = new Set(options.known?.cells.map(cellKey));
  if (baseline.cells.some((cell) => !asked.has(cellKey(cell)))) view = await look(baseline);
  if (await endTrial(host, view)) view = await look(baseline);
  const plan = planRestore(baseline, view, options.force);
  const { steps, conflicts } = plan;
  const kept = new Set(conflicts.map(cellKey));
  // Parameters stay as long as the file that says them.
  const keptBoot = conflicts.some(isLoaderFile);
  const stays = (cell: Baseline["cells"][number]) => kept.has(cellKey(cell)) || (keptBoot && cell.kind === "boot");
  const rest = { ...baseline, cells: baseline.cells.filter(stays) };
  const readBack = steps.map(({ kind, name }) => ({ kind, name }));
  const afterwards = conflicts.length === 0 ? ("forget" as const) : rest;
  // The record stays until the last of it is true, which a restart may be needed for.
  const later = needsRestart(baseline, plan, view);
  const order = { baseline, steps, readBack, ...(later ? {} : { afterwards }) };
  const answer = await host.write(order);
  if (later) {
    await takeBackCommandLine(host, baseline, plan, view);
    await host.write({ baseline, steps: [], readBack: [], afterwards });
  }
  const values = valuesOf(answer.records);
  const wrong = steps.filter(
    (step, index) => answer.results[index]?.exitCode === 0 && (valueIn(values, step) ?? "absent") !== step.value,
  );
  return {
    restored: steps.length,
    conflicts: conflicts.map(
      ({ name, before, wrote, found }) => `${name}: found ${found}, we had set ${wrote}, before it was ${before}`,
    ),
    failures: [
      ...failuresOf(order, answer.results),
      ...wrong.map(({ name, value }) => `${name}: put back to ${value}, but it reads otherwise`),
    ],
  };
}
