import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Benchmark } from "../define.ts";
import type { Environment, Sample, Session, SessionData } from "../results/schema.ts";
import { continueSessionWriter, createSessionWriter, type SessionWriter, sessionName } from "../results/writer.ts";
import type { BenchmarkInputs } from "../schema.ts";
import { commitOf } from "./commit.ts";
import { driftsOf, refuseDrifted } from "./drift.ts";
import { environmentOf } from "./environment.ts";
import type { SessionHost } from "./host.ts";
import { openPlaces, type Participant, type SessionPlace } from "./place.ts";
import { newSession, type SessionVariant, sessionVariants } from "./plan.ts";
import { calibrate, type Found, lookAtRest, prepareHost } from "./prepare.ts";
import { primaryOf } from "./primary.ts";
import { type Earlier, findEarlier, nextSequence, resumedSession } from "./resume.ts";
import { runSession } from "./run.ts";

export type { ReadDrifts } from "./drift.ts";
export type { Participant } from "./place.ts";

export interface MeasureOptions {
  readonly inputs: BenchmarkInputs;
  readonly benchmark: Benchmark;
  /** By the host's name in the matrix. */
  readonly participants: ReadonlyMap<string, Participant>;
  /** Absolute path of the project's root; `results/` is below it. */
  readonly root: string;
  readonly signal: AbortSignal;
  progress(line: string): void;
  warn(line: string): void;
}

/**
 * Runs one session from the first byte sent to the last program removed. Resolves to the session's directory; rejects when it was
 * interrupted or failed, with everything measured so far on disk, and with nothing touched when a host is not as its tuning left it.
 */
export async function measure(options: MeasureOptions): Promise<string> {
  await refuseDrifted(options.participants, options.inputs);
  const results = join(options.root, "results");
  mkdirSync(results, { recursive: true });
  const wanted = newSession(options.inputs, options.benchmark, new Date());
  const environments = environmentsOf(options, await commitOf(options.root));
  const earlier = resumable(options, findEarlier(results, wanted, environments, options.warn));
  const { session, writer } = earlier === undefined ? begin(results, wanted) : goOn(earlier, new Date(), wanted);
  const places = new Map<string, SessionPlace>();
  try {
    for (const environment of environments) if (earlier === undefined) writer.environment(environment);
    const { root, signal, progress, participants } = options;
    await openPlaces(participants, { session: session.id, root, signal, progress }, places);
    await runPrepared(options, { session, writer, places, earlier: earlier?.samples ?? [] });
    return writer.directory;
  } catch (error) {
    recordEarlyEnd(options, writer, session, error);
    throw error;
  } finally {
    await Promise.all([...places.values()].map((place) => place.close()));
    writer.close();
  }
}

/** Where a session's samples go, and what is there already. */
interface Begun {
  readonly session: Session;
  readonly writer: SessionWriter;
  readonly places: ReadonlyMap<string, SessionPlace>;
  readonly earlier: readonly Sample[];
}

function begin(results: string, wanted: Session): Pick<Begun, "session" | "writer"> {
  const { startedAt, stack, benchmark } = wanted;
  const id = sessionName(new Date(startedAt), stack, benchmark, (name) => existsSync(join(results, name)));
  const session = { ...wanted, id };
  return { session, writer: createSessionWriter(join(results, id), session) };
}

function goOn(earlier: SessionData, now: Date, { tunings }: Session): Pick<Begun, "session" | "writer"> {
  const session = resumedSession(earlier, now, tunings);
  return { session, writer: continueSessionWriter(earlier.directory, session) };
}

/** The session to go on with; says so, or says why the interrupted one is left as it is. */
function resumable({ progress, warn, inputs }: MeasureOptions, earlier: Earlier): SessionData | undefined {
  if (earlier.kind === "none") return undefined;
  const { session, samples, warnings } = earlier.data;
  const measured = samples.filter(({ role }) => role === "measured").length;
  if (earlier.kind === "changed") {
    const changes = earlier.changes.map((change) => `\n  ${change}`).join("");
    warn(`${session.id} was interrupted after ${measured} samples and can't be gone on with; a new session starts:${changes}`);
    return undefined;
  }
  for (const warning of warnings) warn(warning);
  progress(`goes on with ${session.id}: ${measured} samples of ${inputs.name} are there`);
  return earlier.data;
}

async function runPrepared(options: MeasureOptions, begun: Begun): Promise<void> {
  const { inputs, benchmark, signal, progress, warn } = options;
  const { session, writer, earlier } = begun;
  const variants = sessionVariants(inputs);
  const { hosts, sequence } = await prepareAll(options, variants, begun);
  const around = {
    ...{ benchmark, parameters: inputs.parameters, hosts, noisyHost: inputs.design.noisyHost },
    primary: primaryOf(session)?.name ?? "",
    variants: new Map(variants.map((variant) => [variant.id, variant])),
    now: () => new Date(),
  };
  const clock = () => performance.now() / 1000;
  const drifts = () => driftsOf(options.participants);
  await runSession({ around, session, writer, firstSequence: sequence, earlier, signal, progress, warn, clock, drifts });
}

/** One host after the other, because calibrating is measuring too; only what each does at rest is looked at on all together. */
async function prepareAll(
  options: MeasureOptions,
  variants: readonly SessionVariant[],
  begun: Begun,
): Promise<{ readonly hosts: Map<string, SessionHost>; readonly sequence: number }> {
  const found = await findOut(options, variants, begun.places);
  const { benchmark, inputs } = options;
  const { writer, earlier } = begun;
  const test = { benchmark, parameters: inputs.parameters, noisyHost: inputs.design.noisyHost, writer, earlier };
  const hosts = new Map<string, SessionHost>();
  let sequence = nextSequence(earlier);
  for (const [name, { place, ...known }] of found) {
    const own = ownVariants(variants, name);
    const { emulated } = place.facts;
    const given = { ...test, emulated, variants: own, firstSequence: sequence, now: () => new Date() };
    const { host, busy } = await prepareHost(place, known, given);
    if (busy !== undefined) options.warn(busy);
    hosts.set(name, host);
    sequence += own.length;
  }
  return { hosts, sequence };
}

/** In the order of the hosts in the matrix. */
async function findOut(
  { participants, progress, warn, inputs }: MeasureOptions,
  variants: readonly SessionVariant[],
  places: Begun["places"],
): Promise<ReadonlyMap<string, Found & { readonly place: SessionPlace }>> {
  const known: { readonly name: string; readonly place: SessionPlace; readonly calibrated: Found["calibrated"] }[] = [];
  for (const name of participants.keys()) {
    const place = places.get(name);
    if (place === undefined) continue;
    progress(`calibrating on ${name}`);
    const calibrated = await calibrate(place, ownVariants(variants, name));
    const { swept } = calibrated;
    if (swept.length > 0) warn(`${name}: removed containers of a session that was killed: ${swept.join(", ")}`);
    known.push({ name, place, calibrated });
  }
  const rested = known.map(async ({ name, ...one }) => {
    return [name, { ...one, rest: await lookAtRest(one.place, inputs.design.noisyHost) }] as const;
  });
  return new Map(await Promise.all(rested));
}

function ownVariants(variants: readonly SessionVariant[], host: string): readonly SessionVariant[] {
  return variants.filter((variant) => variant.host === host && variant.aaOf === undefined);
}

/** What is true of every host, with what only the session knows. */
function environmentsOf({ inputs, participants }: MeasureOptions, commit: string | undefined): readonly Environment[] {
  return [...participants].map(([name, { facts }]) => {
    const own = ownVariants(sessionVariants(inputs), name);
    const images = own.map((variant) => [imageFact(variant), variant.imageDigest ?? "none"]);
    const tuning = own.flatMap((variant) =>
      Object.entries(variant.tuning ?? {}).map(([knob, value]) => [`tuning.${knob}`, value]),
    );
    const models = own.flatMap(({ model }) => (model === undefined ? [] : [[`model.${model.name}`, model.sha256]]));
    const tool = [["instrument", inputs.instrument], ...(commit === undefined ? [] : [["distrobench.commit", commit]])];
    const extra = [...images, ...models, ...tuning, ...tool];
    return environmentOf(name, facts, Object.fromEntries(extra));
  });
}

/** Named without the host, so that the same image has the same name on every host: `image.docker`. */
function imageFact({ id, host }: SessionVariant): string {
  return `image.${id.startsWith(`${host}/`) ? id.slice(host.length + 1) : id}`;
}

/** `runSession` records its own end; this is for what goes wrong before it. */
function recordEarlyEnd(options: MeasureOptions, writer: SessionWriter, session: Session, error: unknown): void {
  if (writer.ended) return;
  const finishedAt = new Date().toISOString();
  const failure = error instanceof Error ? error.message : String(error);
  writer.session({
    ...session,
    finishedAt,
    ...(options.signal.aborted ? { outcome: "interrupted" } : { outcome: "failed", failure }),
  });
}
