import { armDeadMan, confirmDeadMan, forgetDeadMan, NOT_ARMED } from "./dead-man.ts";
import { sh } from "./sh.ts";

/** How a host takes back by itself a step that may have cut everybody off. */
export interface StepGuard {
  readonly stack: string;
  readonly host: string;
  readonly step: string;
  /** How long it waits for a new login. */
  readonly seconds: number;
  /** POSIX shell of the user's; run with the variables of the step. */
  readonly undo: string;
}

const deadManOf = ({ stack, step }: StepGuard): string => `step.${stack}.${step}`;

/** A script of the user's behind the arming of its dead man: without that it is not run. */
export function guardStep(script: string, guard: StepGuard): string {
  const { host, step, seconds, undo } = guard;
  // Quoted as a whole, so that it ends where the user's text ends.
  const arm = armDeadMan({ name: deadManOf(guard), seconds, undo: sh`set -e\neval ${undo}` });
  const armed = sh`( ${arm}
) || { echo ${`${host}: step ${step} was not run, because its guard could not be set up`} >&2; exit ${NOT_ARMED}; }
echo ${`${host}: unless a new login confirms step ${step} within ${seconds} s, the host runs its undo`} >&2`;
  return `${armed}\n${script}`;
}

/** The undo of such a step when a person wants it undone: nothing undoes it a second time behind it. */
export function undoGuardedStep(guard: StepGuard): string {
  return `${forgetDeadMan(deadManOf(guard))}\n${guard.undo}`;
}

/**
 * To be run over a connection that was opened after the step: calls the dead man off. Ends with 1, having said what happened and what to
 * do, when the host has undone the step or knows nothing of it.
 */
export function confirmStep(guard: StepGuard): string {
  const { host, step, seconds } = guard;
  const fired = `${host}: nobody could log in anew within ${seconds} s after step ${step}, so the host ran its undo at`;
  const lost = `${host}: step ${step} waits for no confirmation: the host was started again since, or has undone the step before`;
  return sh`v=$(${confirmDeadMan(deadManOf(guard))}
)
${forgetDeadMan(deadManOf(guard))}
case $v in
confirmed) exit 0 ;;
fired*) echo ${fired} "\${v#fired }" >&2 ;;
*) echo ${lost} >&2 ;;
esac
echo ${"change the step, or raise its confirmSeconds where the host is only slow; then ./distrobench up undoes it and runs it again"} >&2
exit 1`.toString();
}
