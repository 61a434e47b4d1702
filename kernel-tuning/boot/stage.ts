import { UserError } from "../../hosts/index.ts";
import type { WantedCell } from "../cells.ts";
import type { BootHost, Keeping, TuningHost } from "../host/port.ts";
import { digestOf, recordText } from "../record.ts";
import { obsolete, planRestore, type RestorePlan } from "../restore.ts";
import type { Baseline, TuningInputs } from "../schema.ts";
import type { HostView } from "../view.ts";
import { loaderSteps, pendingBoot, runsOurs } from "./change.ts";

const CONFIRM_SECONDS = 300;

interface Stage {
  readonly view: HostView;
  readonly old: Baseline | undefined;
  readonly wanted: readonly WantedCell[];
  /** What will be kept of the host as it was. */
  readonly baseline: Baseline;
  /** Told before anything is changed. */
  writing(): void;
}

/**
 * Brings the kernel's command line to what a profile wants, before any other knob: a restart forgets those. Resolves with whether the
 * host has to be read anew. Rejects with `UserError` when the host did not come up with it.
 */
export async function bringCommandLine(host: TuningHost, inputs: TuningInputs, stage: Stage): Promise<boolean> {
  const { view, old, wanted, baseline } = stage;
  const leaving = obsolete(old, wanted);
  const confirmSeconds = inputs.confirmSeconds ?? CONFIRM_SECONDS;
  const pending = pendingBoot(wanted, leaving, view, { baseline, over: view.digest, confirmSeconds });
  if (pending !== undefined) {
    const boot = restartable(host);
    stage.writing();
    if (pending.restart)
      await boot.tryOnce(pending.change).catch(async (error: unknown) => {
        if (old !== undefined) await keepOld(host, { baseline: old, over: digestOf(recordText(baseline)) });
        throw error;
      });
    else await boot.persist(pending.change);
    return true;
  }
  const only = wanted.some(({ kind }) => kind === "boot") ? undefined : leaving;
  return only === undefined || old === undefined ? false : await leave(host, { ...stage, old }, only, inputs.force ?? false);
}

/**
 * Ends a trial that nobody followed to its end. Resolves with whether there was one: then the host has to be read anew, since a boot
 * loader's file may have stood there as tried, which is neither what was found nor what was wanted.
 */
export async function endTrial({ boot }: TuningHost, { trial }: HostView): Promise<boolean> {
  if (trial === undefined || boot === undefined) return false;
  await boot.withdraw();
  return true;
}

/** A trial that came to nothing has changed nothing: the record must say again what was written before, or a restore finds strange values. */
async function keepOld(host: TuningHost, old: Keeping): Promise<void> {
  await host.write({ ...old, steps: [], readBack: [] }).catch(() => undefined);
}

/** A profile that wants no parameters any more: those of the one before go. */
async function leave(
  host: TuningHost,
  stage: Stage & { readonly old: Baseline },
  leaving: Baseline,
  force: boolean,
): Promise<boolean> {
  const plan = planRestore(leaving, stage.view, force);
  if (loaderSteps(plan).length === 0 && !runsOurs(leaving, stage.view)) return false;
  stage.writing();
  await host.write({ baseline: stage.old, over: stage.view.digest, steps: loaderSteps(plan), readBack: [] });
  await takeBackCommandLine(host, leaving, plan, stage.view);
  return true;
}

/** Whether there is more to putting a host back than writing values. */
export function needsRestart(baseline: Baseline, plan: RestorePlan, view: HostView): boolean {
  return loaderSteps(plan).length > 0 || runsOurs(baseline, view);
}

/**
 * After the boot loader's files were put back: tells it, and starts the host again when its kernel still has a parameter of ours. Resolves
 * with whether it was started again.
 */
export async function takeBackCommandLine(
  host: TuningHost,
  baseline: Baseline,
  plan: RestorePlan,
  view: HostView,
): Promise<boolean> {
  const steps = loaderSteps(plan);
  const ours = runsOurs(baseline, view);
  const boot = restartable(host);
  for (const { name } of steps) await boot.apply(name);
  // A file that somebody else has changed stays, and so does what it says.
  const kept = loaderSteps({ steps: plan.conflicts.map((cell) => ({ ...cell, value: cell.found })) });
  if (!ours || kept.length > 0) return false;
  await boot.restart();
  return true;
}

function restartable({ boot }: TuningHost): BootHost {
  if (boot !== undefined) return boot;
  throw new UserError("another kernel command line needs a restart, which would end distrobench on this very machine", {
    remedy: "leave out the boot knobs, or run distrobench from another machine",
  });
}
