import { UserError } from "../../hosts/index.ts";
import type { Drift, Sample, Session } from "../results/schema.ts";
import type { SessionWriter } from "../results/writer.ts";
import { driftWords } from "../validity/drift.ts";
import { type Course, createCourse, moved, takenBefore } from "./course.ts";
import { HostLost } from "./host-lost.ts";
import { primaryOf } from "./primary.ts";
import { duration, progressLine, shortValue } from "./progress.ts";
import { infraError, type Surroundings, type Taken, takeSample } from "./sample.ts";
import type { Slot } from "./schedule.ts";
import { blocksWithin, LEAST_BLOCKS } from "./stopping.ts";

export interface SessionRun {
  readonly around: Surroundings;
  readonly session: Session;
  readonly writer: SessionWriter;
  /** Sequence number of the first sample; calibration came before it. */
  readonly firstSequence: number;
  /** Samples from before an interruption, as read back; the schedule goes on behind them. */
  readonly earlier?: readonly Sample[];
  readonly signal: AbortSignal;
  /** Seconds on any monotonic clock, for the time left. */
  clock(): number;
  /** Asked once, after the last sample: a knob that has changed makes the session invalid. */
  drifts(): Promise<readonly Drift[]>;
  progress(line: string): void;
  warn(line: string): void;
}

/**
 * Takes every sample of the schedule and writes each as it comes. Resolves when the session is complete; otherwise the outcome is
 * written (`interrupted` or `failed`) and the reason is thrown. What was measured stays on disk in every case.
 */
export async function runSession(run: SessionRun): Promise<Session> {
  const course = createCourse(run);
  try {
    await takeBlocks(run, course);
    if (course.lost.size > 0) throw lostAtTheEnd(course);
    const drifts = await run.drifts();
    for (const drift of drifts) run.warn(`${driftWords(drift)}, when the last sample was taken: the session is invalid`);
    return close(run, course, { outcome: "complete", ...(drifts.length === 0 ? {} : { drifts: [...drifts] }) });
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    close(run, course, run.signal.aborted ? { outcome: "interrupted" } : { outcome: "failed", failure });
    throw error;
  }
}

function close(run: SessionRun, course: Course, end: Pick<Session, "outcome" | "failure" | "drifts">): Session {
  const session = { ...course.session, ...end, finishedAt: run.around.now().toISOString() };
  run.writer.session(session);
  return session;
}

async function takeBlocks(run: SessionRun, course: Course): Promise<void> {
  const { schedule } = course;
  for (let slots = schedule.nextBlock(); slots !== undefined; slots = schedule.nextBlock()) {
    if (takenBefore(course, run, slots)) continue;
    const isFirst = course.sequence === run.firstSequence;
    const taken = await takeBlock(run, slots, course);
    const block = slots[0]?.block ?? 0;
    if (block <= 1) refuseWhenNothingStarts(taken);
    if (taken.some((sample) => moved(sample))) schedule.requeue();
    if (isFirst) sayWhatFits(run, course, block);
  }
}

/** As soon as the cost of a block is known: how many blocks the budget holds. */
function sayWhatFits(run: SessionRun, course: Course, blocksDone: number): void {
  const { budgetSeconds, blocks } = run.session.design;
  if (budgetSeconds === undefined) return;
  const standing = course.standing(blocksDone);
  const fit = blocksWithin(run.session, standing);
  run.progress(
    `a budget of ${duration(budgetSeconds)} holds about ${fit} of ${blocks} blocks (${duration(standing.blockSeconds)} each)`,
  );
  if (fit < LEAST_BLOCKS)
    run.warn(
      `a budget of ${duration(budgetSeconds)} holds about ${fit} blocks of ${duration(standing.blockSeconds)}; a 95 % interval needs ${LEAST_BLOCKS}`,
    );
}

async function takeBlock(run: SessionRun, slots: readonly Slot[], course: Course): Promise<readonly Sample[]> {
  const taken: Sample[] = [];
  for (const slot of slots) {
    if (course.skipped.has(slot.variant)) continue;
    const took = await takeOrLose(run, slot, course);
    if (took === undefined) continue;
    const { sample, series } = took;
    course.sequence += 1;
    run.writer.sample(sample);
    if (series !== undefined) run.writer.series(sample.sequence, series);
    if (sample.validity.status === "skipped") noteSkipped(run, slot.variant, course.skipped);
    taken.push(sample);
    course.samples.push(sample);
    tell(run, course, slot, sample);
  }
  return taken;
}

/** Takes a sample; where hosts are lost meanwhile the session goes on without them, and without this sample if it was theirs. */
async function takeOrLose(run: SessionRun, slot: Slot, course: Course): Promise<Taken | undefined> {
  while (!course.skipped.has(slot.variant)) {
    run.signal.throwIfAborted();
    try {
      return await takeSample(run.around, slot, course.sequence);
    } catch (error) {
      run.signal.throwIfAborted();
      if (!(error instanceof HostLost)) throw error;
      loseHost(run, course, slot, error);
    }
  }
  return undefined;
}

/** Every variant of a lost host gets a sample that says so. Rethrows where nothing is left that could be compared. */
function loseHost(run: SessionRun, course: Course, slot: Slot, error: HostLost): void {
  const { variants, baseline } = run.session;
  const gone = variants.filter(({ host, id }) => host === error.host && !course.skipped.has(id));
  for (const { id } of gone) {
    const sample = infraError({ ...slot, variant: id }, course.sequence, run.around.now(), error.message);
    course.sequence += 1;
    run.writer.sample(sample);
    course.samples.push(sample);
    course.skipped.add(id);
  }
  course.lost.set(error.host, slot.block);
  run.around.hosts.delete(error.host);
  const left = variants.filter(({ id, aaOf }) => aaOf === undefined && !course.skipped.has(id));
  if (course.skipped.has(baseline) || left.length < 2) throw error;
  run.warn(`${error.host} was lost in block ${slot.block} and the session goes on without it: ${error.message}`);
}

function lostAtTheEnd({ lost }: Course): UserError {
  const hosts = [...lost].map(([host, block]) => `${host} was lost in block ${block}`).join(", ");
  return new UserError(`${hosts}; the others were measured to the end`, {
    remedy: "see what happened to the host; the next `up` goes on with this session and measures the missing blocks",
  });
}

/** What a host can't do once it can't do under a second label either. */
function noteSkipped({ session }: SessionRun, variant: string, skipped: Set<string>): void {
  for (const { id, aaOf } of session.variants) if (id === variant || aaOf === variant) skipped.add(id);
}

/** The warm-ups, or a whole block, without one answer will not get better: say so now instead of after every time-out. */
function refuseWhenNothingStarts(block: readonly Sample[]): void {
  const causes = block.flatMap(({ variant, validity }) =>
    validity.status === "failed" || validity.status === "infra-error" ? [`${variant}: ${validity.cause}`] : [],
  );
  if (block.length === 0 || causes.length < block.length) return;
  throw new UserError(`no variant gave a result\n${causes.join("\n")}`, {
    remedy:
      "start one of the images by hand on the host and look at its output; slow ones get more time by parameters.timeoutSeconds",
  });
}

function tell(run: SessionRun, course: Course, slot: Slot, sample: Sample): void {
  const { session } = run;
  const size = session.variants.length;
  const standing = course.standing(Math.max(0, slot.block - 1));
  const blocks = course.schedule.planned(blocksWithin(session, standing));
  const left = slot.role === "warm-up" ? blocks * size : Math.max(0, blocks - slot.block) * size + size - 1 - slot.order;
  const value = sample.values[run.around.primary];
  const unit = primaryOf(session)?.unit ?? "s";
  const secondsLeft = (left * standing.blockSeconds) / Math.max(1, size - course.skipped.size);
  const text = value === undefined ? sample.validity.status : shortValue(value, unit);
  run.progress(progressLine(slot, blocks, text, secondsLeft));
}
