import type { Look, Sample, Session } from "../results/schema.ts";
import { skippedVariants } from "./resume.ts";
import type { SessionRun } from "./run.ts";
import { createSchedule, type Progress, type Schedule, type Slot } from "./schedule.ts";
import { lookAt, type Standing } from "./stopping.ts";

/** Where a session is: what the next sample needs from those before it. */
export interface Course {
  readonly schedule: Schedule;
  /** session.json as it was written last. */
  session: Session;
  /** All samples of the session, those before an interruption first. */
  readonly samples: Sample[];
  /** Variants whose host can't do this test, or is lost. */
  readonly skipped: Set<string>;
  /** Hosts that were lost, and the block in which that was. */
  readonly lost: Map<string, number>;
  /** Number of the next sample. */
  sequence: number;
  standing(blocksDone: number): Standing;
}

export function createCourse(run: SessionRun): Course {
  const { session, around, writer } = run;
  const earlier = run.earlier ?? [];
  const startedAt = run.clock();
  const secondsBefore = measuringSeconds(session, earlier);
  const lastStored = lastBlock(earlier);
  const course: Course = {
    ...{ session, samples: [...earlier], sequence: run.firstSequence },
    skipped: new Set(skippedVariants(session, earlier)),
    lost: new Map(),
    schedule: scheduleOf(run, enough),
    standing: (blocksDone) => {
      const seconds = run.clock() - startedAt;
      const perSample = seconds / Math.max(1, course.sequence - run.firstSequence);
      const blockSeconds = perSample * (session.variants.length - course.skipped.size);
      return { blocksDone, samples: course.samples, seconds: secondsBefore + seconds, blockSeconds, at: around.now() };
    },
  };
  function enough({ blocksDone, begun }: Progress): boolean {
    const looks = course.session.looks ?? [];
    if (looks.some(({ decision, blocks }) => decision === "stop" && blocks <= blocksDone)) return true;
    // What was decided before an interruption stands: it went on.
    const look = begun < lastStored ? undefined : lookAt(course.session, course.standing(blocksDone));
    if (look !== undefined && !looks.some(({ blocks }) => blocks === blocksDone)) note(look);
    return look?.decision === "stop" || blocksDone >= session.design.blocks;
  }
  function note(look: Look): void {
    course.session = { ...course.session, looks: [...(course.session.looks ?? []), look] };
    writer.session(course.session);
    run.progress(`look at ${look.blocks} blocks: ${look.decision}, ${look.reason}`);
  }
  return course;
}

/** Whether this block was measured before the interruption; the schedule learns what became of it. */
export function takenBefore(course: Course, run: SessionRun, slots: readonly Slot[]): boolean {
  const block = slots[0]?.block ?? 0;
  const before = (run.earlier ?? []).filter((sample) => sample.role === "measured" && sample.block === block);
  if (before.length === 0) return false;
  const whole = slots.every(({ variant }) => course.skipped.has(variant) || before.some(isThere(variant)));
  if (!whole) course.schedule.cut();
  else if (before.some(moved)) course.schedule.requeue();
  return true;
}

/** What broke down is measured anew. */
function isThere(variant: string): (sample: Sample) => boolean {
  return (sample) => sample.variant === variant && sample.validity.status !== "infra-error";
}

/** Whether the control computation says that something else used the host. */
export function moved({ validity }: Sample): boolean {
  return validity.status === "disturbed" && validity.reasons.some(({ rule }) => rule === "control-kernel");
}

function scheduleOf({ session, around }: SessionRun, stop: (progress: Progress) => boolean): Schedule {
  const { blocks, seed, warmups, noisyHost } = session.design;
  const quietens = !noisyHost && [...around.hosts.values()].every((host) => !host.emulated);
  return createSchedule({
    variants: session.variants.map((variant) => variant.id),
    warmed: session.variants.filter((variant) => variant.aaOf === undefined).map((variant) => variant.id),
    ...{ warmups, seed, stop },
    requeueLimit: quietens ? blocks : 0,
  });
}

function lastBlock(samples: readonly Sample[]): number {
  return samples.reduce((last, { role, block }) => (role === "measured" ? Math.max(last, block) : last), 0);
}

/** Seconds between the starts of neighbouring samples, gaps before a resumption left out. */
function measuringSeconds({ resumptions = [] }: Session, samples: readonly Sample[]): number {
  const firsts = new Set(resumptions.map(({ sequence }) => sequence));
  const gaps = samples.map(({ sequence, at }, index) => {
    const before = samples[index - 1];
    return before === undefined || firsts.has(sequence) ? 0 : (Date.parse(at) - Date.parse(before.at)) / 1000;
  });
  return gaps.reduce((sum, gap) => sum + Math.max(0, gap), 0);
}
