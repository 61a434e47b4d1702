import { failuresOf } from "./apply.ts";
import { isLoaderFile } from "./boot/change.ts";
import { needsRestart, takeBackCommandLine } from "./boot/stage.ts";
import { type Cell, cellKey } from "./cells.ts";
import type { TuningHost, WriteStep } from "./host/port.ts";
import { lookAt } from "./look.ts";
import { digestOf, recordText } from "./record.ts";
import { planRestore } from "./restore.ts";
import type { Baseline } from "./schema.ts";
import { valueIn, valuesOf, viewOf } from "./view.ts";

interface Recovered {
  readonly restored: number;
  /** Sentences about values that somebody else changed: they were left alone, and the record stays. */
  readonly conflicts: readonly string[];
  /** Sentences about values whose CPU is offline: the record stays, and a restore goes on once it is online. */
  readonly waiting: readonly string[];
  readonly failures: readonly string[];
}

interface RestoreOptions {
  /** What the state knows. */
  readonly known?: Baseline;
  /** Overwrite what somebody else has set since. */
  readonly force: boolean;
  accept?(record: Baseline): void;
}

/**
 * Puts a host back from its own record, or from what the state knows when the host's is lost. `undefined`: there is nothing to put back.
 * `accept` throws when the record is somebody else's.
 */
export async function restoreHost(host: TuningHost, options: RestoreOptions): Promise<Recovered | undefined> {
  const read = async (known: Baseline | undefined) =>
    viewOf(await host.read((known?.cells ?? []).map(({ kind, name }) => ({ kind, name }))), "debian");
  const { view, baseline } = await lookAt(host, read, options);
  if (baseline === undefined) return undefined;
  const plan = planRestore(baseline, view, options.force);
  const { steps } = plan;
  const keeping = { baseline, over: view.digest };
  // The record stays until the last of it is true, which a restart may be needed for.
  const later = needsRestart(baseline, plan, view);
  const order = {
    ...keeping,
    steps,
    readBack: steps,
    ...(later ? {} : { afterwards: restOf(baseline, plan.conflicts, plan.waiting) }),
  };
  const answer = await host.write(order);
  const failures = failuresOf(order, answer.results);
  const restarted = later && (await takeBackCommandLine(host, baseline, plan, view));
  // Of what somebody else set only a file outlives a restart.
  const conflicts = plan.conflicts.filter(({ kind }) => !restarted || kind === "file");
  const waiting = restarted ? [] : plan.waiting;
  if (later && failures.length === 0) {
    const over = digestOf(recordText(baseline));
    await host.write({ baseline, over, steps: [], readBack: [], afterwards: restOf(baseline, conflicts, waiting) });
  }
  const values = valuesOf(answer.records);
  // A service that a socket had to wait for was stopped and started again.
  const aims = new Map(steps.map((step) => [cellKey(step), step]));
  const reached = (step: WriteStep) => aims.get(cellKey(step)) !== step || (valueIn(values, step) ?? "absent") === step.value;
  const wrong = steps.filter((step, index) => answer.results[index]?.exitCode === 0 && !reached(step));
  return {
    restored: aims.size,
    conflicts: conflicts.map(
      ({ name, before, wrote, found }) => `${name}: found ${found}, we had set ${wrote}, before it was ${before}`,
    ),
    waiting: waiting.map(
      ({ name, before, wrote, cpu }) => `${name}: CPU ${cpu} is offline; before it was ${before}, we had set ${wrote}`,
    ),
    failures: [...failures, ...wrong.map(({ name, value }) => `${name}: put back to ${value}, but it reads otherwise`)],
  };
}

/** What is left to put back: nothing, or what somebody else has changed, and what waits for a CPU. */
function restOf(baseline: Baseline, conflicts: readonly Cell[], waiting: readonly Cell[]): Baseline | "forget" {
  const kept = new Set([...conflicts, ...waiting].map(cellKey));
  // Parameters stay as long as the file that says them.
  const keptBoot = conflicts.some(isLoaderFile);
  const stays = (cell: Cell) => kept.has(cellKey(cell)) || (keptBoot && cell.kind === "boot");
  return kept.size === 0 ? "forget" : { ...baseline, cells: baseline.cells.filter(stays) };
}
