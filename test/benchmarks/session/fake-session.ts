import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type Benchmark, defineBenchmark, type Measurement, type Place } from "../../../benchmarks/define.ts";
import type { Harness } from "../../../benchmarks/harness/client.ts";
import { seconds } from "../../../benchmarks/metric.ts";
import { readSeries, readSession } from "../../../benchmarks/results/reader.ts";
import type { Drift, Session, SessionData } from "../../../benchmarks/results/schema.ts";
import { continueSessionWriter, createSessionWriter } from "../../../benchmarks/results/writer.ts";
import type { BenchmarkInputs } from "../../../benchmarks/schema.ts";
import { sessionHost } from "../../../benchmarks/session/host.ts";
import { newSession, sessionVariants } from "../../../benchmarks/session/plan.ts";
import { nextSequence, resumedSession } from "../../../benchmarks/session/resume.ts";
import { runSession } from "../../../benchmarks/session/run.ts";
import { UserError } from "../../../hosts/index.ts";

export interface Fake {
  readonly blocks?: number;
  readonly aaPair?: boolean;
  readonly noisyHost?: boolean;
  readonly emulated?: boolean;
  readonly signal?: AbortSignal;
  readonly looks?: readonly number[];
  readonly budgetSeconds?: number;
  /** Goes on with the session in this directory, or keeps the new one there. */
  readonly directory?: string;
  /** Seconds on a clock of its own; it stands still unless told. */
  readonly clock?: () => number;
  /** Seconds, or a failure, of the sample with this number. */
  readonly measure?: (variant: string, number: number) => number | string | Measurement<"total">;
  /** Answers that differ from a quiet host's, by the number of the sample. */
  readonly settled?: (number: number) => { pressure?: number; leftovers?: readonly string[] };
  readonly control?: (number: number) => number;
  /** Text of the kernel's error lines during that sample. */
  readonly kernelLines?: (number: number) => readonly string[];
  /** Host to the number of its sample in which its measuring program goes, warm-up included. */
  readonly lostAfter?: Readonly<Record<string, number>>;
  readonly onRequest?: (action: string) => void;
  /** Knobs that have changed when the last sample is taken. */
  readonly drifts?: () => Promise<readonly Drift[]>;
}

export interface FakeResult {
  readonly data: SessionData;
  readonly series: ReturnType<typeof readSeries>["series"];
  readonly lines: readonly string[];
  readonly error: unknown;
}

const variants = ["one/docker", "one/podman", "two/docker"].map((id) => ({
  ...{ id, host: id.split("/")[0] ?? "", machine: "here", environment: "e", labels: {} },
}));

/** Runs a whole session on hosts that exist only in memory, and reads back what it wrote. */
export async function fakeSession(fake: Fake): Promise<FakeResult> {
  const directory = fake.directory ?? join(mkdtempSync(join(tmpdir(), "distrobench-session-")), "session");
  const inputs: BenchmarkInputs = {
    ...{ name: "fake", test: "fake", stack: "test", parameters: {}, baseline: "one/docker", connections: {}, instrument: "i" },
    variants,
    design: {
      blocks: fake.blocks ?? 3,
      seed: 5,
      tolerance: 0.1,
      aaPair: fake.aaPair ?? false,
      noisyHost: fake.noisyHost ?? false,
      ...(fake.looks === undefined ? {} : { looks: [...fake.looks] }),
      ...(fake.budgetSeconds === undefined ? {} : { budgetSeconds: fake.budgetSeconds }),
    },
  };
  const benchmark = fakeBenchmark(fake);
  const { session, writer, earlier } = begin(directory, { ...newSession(inputs, benchmark, new Date(0)), id: "session" });
  const lines: string[] = [];
  const host = (name: string) => [name, sessionHost(fakePlace(name, fake), fake.emulated ?? false, 0)] as const;
  const run = runSession({
    around: {
      ...{ benchmark, parameters: {}, primary: "total", noisyHost: inputs.design.noisyHost, now: () => new Date(0) },
      variants: new Map(sessionVariants(inputs).map((variant) => [variant.id, variant])),
      hosts: new Map([host("one"), host("two")]),
    },
    ...{
      session,
      writer,
      firstSequence: nextSequence(earlier),
      earlier,
      clock: fake.clock ?? (() => 0),
      drifts: fake.drifts ?? (async () => []),
      signal: fake.signal ?? new AbortController().signal,
    },
    progress: (line) => lines.push(line),
    warn: (line) => lines.push(line),
  });
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  writer.close();
  const data = readSession(directory);
  const { series } = readSeries(directory);
  if (fake.directory === undefined) rmSync(join(directory, ".."), { recursive: true });
  return { data, series, lines, error };
}

function begin(directory: string, session: Session) {
  if (!existsSync(directory)) return { session, writer: createSessionWriter(directory, session), earlier: [] };
  const before = readSession(directory);
  const resumed = resumedSession(before, new Date(1000), session.tunings);
  return { session: resumed, writer: continueSessionWriter(directory, resumed), earlier: before.samples };
}

function fakeBenchmark(fake: Fake): Benchmark {
  let number = 0;
  return defineBenchmark({
    ...{ name: "fake", title: "Fake", warmups: 1, parameters: z.strictObject({}) },
    metrics: { total: seconds("lower", "total", { primary: true }) },
    measure: async (_place, variant): Promise<Measurement<"total">> => {
      const found = fake.measure?.(variant.id, number) ?? 1;
      number += 1;
      if (typeof found === "object") return found;
      if (typeof found === "string") return { outcome: "failed", cause: found, stamps: {} };
      return { outcome: "measured", values: { total: found }, stamps: { start: "0" } };
    },
  });
}

/** A place whose host is never touched. */
function fakePlace(name: string, fake: Fake): Place {
  return { harness: fakeHarness(name, fake) } as Place;
}

function fakeHarness(host: string, fake: Fake): Harness {
  let number = 0;
  const answers: Readonly<Record<string, () => unknown>> = {
    settle: () => ({ seconds: 2, pressure: 0, leftovers: [], quiet: true, ...fake.settled?.(number) }),
    before: () => {
      number += 1;
      return { "control.seconds": fake.control?.(number) ?? 0.2, "before.load": 0 };
    },
    after: () => ({ "during.steal": 0, "during.kernelErrors": fake.kernelLines?.(number).length ?? 0 }),
    "kernel-lines": () => fake.kernelLines?.(number),
  };
  const gone = (): boolean => number >= (fake.lostAfter?.[host] ?? Number.POSITIVE_INFINITY);
  return {
    host,
    get alive() {
      return !gone();
    },
    request: async (action) => {
      fake.onRequest?.(action);
      if (gone()) throw new UserError(`${host}: the measuring program ended`);
      return answers[action]?.() as never;
    },
    close: async () => undefined,
  };
}
