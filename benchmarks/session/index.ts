import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Benchmark } from "../define.ts";
import type { Session } from "../results/schema.ts";
import { createSessionWriter, type SessionWriter, sessionName } from "../results/writer.ts";
import type { BenchmarkInputs } from "../schema.ts";
import { environmentOf } from "./environment.ts";
import type { SessionHost } from "./host.ts";
import { openPlace, type Participant, type SessionPlace } from "./place.ts";
import { newSession, type SessionVariant, sessionVariants } from "./plan.ts";
import { prepareHost } from "./prepare.ts";
import { runSession } from "./run.ts";

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
 * interrupted or failed, with everything measured so far on disk.
 */
export async function measure(options: MeasureOptions): Promise<string> {
  const { inputs, benchmark, root, signal } = options;
  const results = join(root, "results");
  mkdirSync(results, { recursive: true });
  const startedAt = new Date();
  const id = sessionName(startedAt, inputs.stack, inputs.name, (name) => existsSync(join(results, name)));
  const session = newSession(id, inputs, benchmark, startedAt);
  const writer = createSessionWriter(join(results, id), session);
  const places = new Map<string, SessionPlace>();
  try {
    for (const [name, participant] of options.participants) {
      options.progress(`starting the measuring program on ${name}`);
      places.set(name, await openPlace(participant, { session: id, root, signal }));
    }
    await runPrepared(options, session, writer, places);
    return writer.directory;
  } catch (error) {
    recordEarlyEnd(options, writer, session, error);
    throw error;
  } finally {
    await Promise.all([...places.values()].map((place) => place.close()));
    writer.close();
  }
}

async function runPrepared(
  options: MeasureOptions,
  session: Session,
  writer: SessionWriter,
  places: ReadonlyMap<string, SessionPlace>,
): Promise<void> {
  const { inputs, benchmark, signal, progress } = options;
  const variants = sessionVariants(inputs);
  const { hosts, sequence } = await prepareAll(options, variants, writer, places);
  const around = {
    ...{ benchmark, parameters: inputs.parameters, hosts, noisyHost: inputs.design.noisyHost },
    primary: session.metrics.find(({ primary }) => primary)?.name ?? "",
    variants: new Map(variants.map((variant) => [variant.id, variant])),
    now: () => new Date(),
  };
  await runSession({ around, session, writer, firstSequence: sequence, signal, progress, clock: () => performance.now() / 1000 });
}

/** One host after the other: calibrating is measuring too. */
async function prepareAll(
  options: MeasureOptions,
  variants: readonly SessionVariant[],
  writer: SessionWriter,
  places: ReadonlyMap<string, SessionPlace>,
): Promise<{ readonly hosts: ReadonlyMap<string, SessionHost>; readonly sequence: number }> {
  const hosts = new Map<string, SessionHost>();
  let sequence = 0;
  for (const [name, { facts }] of options.participants) {
    const place = places.get(name);
    if (place === undefined) continue;
    options.progress(`calibrating on ${name}`);
    const own = variants.filter((variant) => variant.host === name && variant.aaOf === undefined);
    const images = own.map((variant) => [imageFact(variant), variant.imageDigest ?? "none"]);
    const tuning = own.flatMap((variant) =>
      Object.entries(variant.tuning ?? {}).map(([knob, value]) => [`tuning.${knob}`, value]),
    );
    const models = own.flatMap(({ model }) => (model === undefined ? [] : [[`model.${model.name}`, model.sha256]]));
    const extra = Object.fromEntries([...images, ...models, ...tuning, ["instrument", options.inputs.instrument]]);
    writer.environment(environmentOf(name, facts, extra));
    const given = { emulated: facts.emulated, variants: own, firstSequence: sequence, now: () => new Date(), writer };
    const { host, swept } = await prepareHost(place, given);
    if (swept.length > 0) options.warn(`${name}: removed containers of a session that was killed: ${swept.join(", ")}`);
    hosts.set(name, host);
    sequence += own.length;
  }
  return { hosts, sequence };
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
