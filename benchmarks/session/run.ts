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
  let sequence = run.firstSequence;
  const startedAt = run.clock();
  for (let slots = schedule.nextBlock(); slots !== undefined; slots = schedule.nextBlock()) {
    const taken: Sample[] = [];
    for (const slot of slots) {
      run.signal.throwIfAborted();
      const sample = await takeSample(run.around, slot, sequence);
      sequence += 1;
      run.writer.sample(sample);
      taken.push(sample);
      tell(run, schedule, slot, sample, (run.clock() - startedAt) / (sequence - run.firstSequence));
    }
    if ((slots[0]?.block ?? 0) <= 1) refuseWhenNothingStarts(taken);
    if (taken.some((sample) => moved(sample))) schedule.requeue();
  }
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
  if (causes.length < block.length) return;
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
  const value = sample.values[run.around.benchmark.primary];
  run.progress(progressLine(slot, blocks, value === undefined ? "failed" : shortSeconds(value), left * secondsPerSample));
}
