import { UserError } from "../../hosts/index.ts";
import type { Sample, Session } from "../results/schema.ts";
import type { SessionWriter } from "../results/writer.ts";
import { progressLine, shortSeconds } from "./progress.ts";
import { type Surroundings, takeSample } from "./sample.ts";
import { createSchedule, type Schedule, type Slot, stopAfter } from "./schedule.ts";

export interface SessionRun {
  readonly around: Surroundings;
  readonly session: Session;
  readonly writer: SessionWriter;
  /** Sequence number of the first sample; calibration came before it. */
  readonly firstSequence: number;
  readonly signal: AbortSignal;
  /** Seconds on any monotonic clock, for the time left. */
  clock(): number;
  progress(line: string): void;
}

/**
 * Takes every sample of the schedule and writes each as it comes. Resolves when the session is complete; otherwise the outcome is
 * written (`interrupted` or `failed`) and the reason is thrown. What was measured stays on disk in every case.
 */
export async function runSession(run: SessionRun): Promise<Session> {
  try {
    await takeBlocks(run);
    return close(run, { outcome: "complete" });
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    close(run, run.signal.aborted ? { outcome: "interrupted" } : { outcome: "failed", failure });
    throw error;
  }
}

function close(run: SessionRun, end: Pick<Session, "outcome" | "failure">): Session {
  const session = { ...run.session, ...end, finishedAt: run.around.now().toISOString() };
  run.writer.session(session);
  return session;
}

async function takeBlocks(run: SessionRun): Promise<void> {
  const schedule = scheduleOf(run);
  const course = { schedule, sequence: run.firstSequence, startedAt: run.clock(), skipped: new Set<string>() };
  for (let slots = schedule.nextBlock(); slots !== undefined; slots = schedule.nextBlock()) {
    const taken = await takeBlock(run, slots, course);
    if ((slots[0]?.block ?? 0) <= 1) refuseWhenNothingStarts(taken);
    if (taken.some((sample) => moved(sample))) schedule.requeue();
  }
}

/** Where a session is: what the next sample needs from those before it. */
interface Course {
  readonly schedule: Schedule;
  sequence: number;
  readonly startedAt: number;
  /** Variants whose host can't do this test. */
  readonly skipped: Set<string>;
}

async function takeBlock(run: SessionRun, slots: readonly Slot[], course: Course): Promise<readonly Sample[]> {
  const taken: Sample[] = [];
  for (const slot of slots) {
    if (course.skipped.has(slot.variant)) continue;
    run.signal.throwIfAborted();
    const { sample, series } = await takeSample(run.around, slot, course.sequence);
    course.sequence += 1;
    run.writer.sample(sample);
    if (series !== undefined) run.writer.series(sample.sequence, series);
    if (sample.validity.status === "skipped") noteSkipped(run, slot.variant, course.skipped);
    taken.push(sample);
    const secondsPerSample = (run.clock() - course.startedAt) / (course.sequence - run.firstSequence);
    tell(run, course.schedule, slot, sample, secondsPerSample);
  }
  return taken;
}

/** What a host can't do once it can't do under a second label either. */
function noteSkipped({ session }: SessionRun, variant: string, skipped: Set<string>): void {
  for (const { id, aaOf } of session.variants) if (id === variant || aaOf === variant) skipped.add(id);
}

function scheduleOf({ session, around }: SessionRun): Schedule {
  const { blocks, seed, warmups, noisyHost } = session.design;
  const quietens = !noisyHost && [...around.hosts.values()].every((host) => !host.emulated);
  return createSchedule({
    variants: session.variants.map((variant) => variant.id),
    warmed: session.variants.filter((variant) => variant.aaOf === undefined).map((variant) => variant.id),
    warmups,
    seed,
    stop: stopAfter(blocks),
    requeueLimit: quietens ? blocks : 0,
  });
}

function moved(sample: Sample): boolean {
  const { validity } = sample;
  return validity.status === "disturbed" && validity.reasons.some((reason) => reason.rule === "control-kernel");
}

/** The warm-ups, or a whole block, without one answer will not get better: say so now instead of after every time-out. */
function refuseWhenNothingStarts(block: readonly Sample[]): void {
  const causes = block.flatMap(({ variant, validity }) =>
    validity.status === "failed" ? [`${variant}: ${validity.cause}`] : [],
  );
  if (block.length === 0 || causes.length < block.length) return;
  throw new UserError(`no variant gave a result\n${causes.join("\n")}`, {
    remedy:
      "start one of the images by hand on the host and look at its output; slow ones get more time by parameters.timeoutSeconds",
  });
}

function tell(run: SessionRun, schedule: Schedule, slot: Slot, sample: Sample, secondsPerSample: number): void {
  const { session } = run;
  const blocks = schedule.planned(session.design.blocks);
  const size = session.variants.length;
  const left = slot.role === "warm-up" ? blocks * size : (blocks - slot.block) * size + size - 1 - slot.order;
  const value = sample.values[run.around.primary];
  run.progress(
    progressLine(slot, blocks, value === undefined ? sample.validity.status : shortSeconds(value), left * secondsPerSample),
  );
}
