import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findBenchmark } from "../../benchmarks/catalogue.ts";
import type { Sample, SampleSeries, SessionData } from "../../benchmarks/index.ts";
import { seededRandom } from "../../benchmarks/statistics/random.ts";
import { syntheticSession } from "../report/synthetic-session.ts";

export const STACK = "perf";
/** The most that a report looks back on. */
export const SESSIONS = 40;
const VARIANTS = Array.from({ length: 5 }, (_, index) => `host-${index}/docker`);
/** Requests of all windows of a session of steady load. */
const REQUESTS = 10_000;
/** From this one on every host has another kernel, and the level of every variant and metric is another one. */
const CHANGED = 21;

/** Blocks of a session, by test. */
const tests: Readonly<Record<string, number>> = { "cold-start": 30, "steady-load": 7 };

/** Writes sessions, one a day, of a cold start and of a steady load whose requests are stored: numbers that nobody measured. */
export function storeHistory(root: string, sessions: number): void {
  for (const test of Object.keys(tests))
    for (let day = SESSIONS + 1 - sessions; day <= SESSIONS; day += 1) store(root, test, day);
}

function store(root: string, test: string, day: number): void {
  const data = sessionOf(test, day);
  const directory = join(root, "results", data.session.id);
  mkdirSync(join(directory, "environment"), { recursive: true });
  const write = (name: string, content: string) => writeFileSync(join(directory, name), content);
  write("session.json", JSON.stringify(data.session, null, 2));
  write("samples.jsonl", linesOf(data.samples));
  if (test === "steady-load") write("series.jsonl", linesOf(seriesOf(data.samples)));
  for (const environment of data.environments)
    write(`environment/${environment.host}.json`, JSON.stringify(environment, null, 2));
}

function sessionOf(test: string, day: number): SessionData {
  const { title, parameters, metricsOf } = findBenchmark(test);
  const at = new Date(Date.UTC(2026, 0, day));
  const level = day < CHANGED ? 1 : 1.2;
  const data = syntheticSession({
    ...{ seed: day + 1, blocks: tests[test] ?? 0, noise: 0.01, blockNoise: 0.01, control: 0.2 },
    variants: Object.fromEntries(VARIANTS.map((id, index) => [id, level * (1 + index / 50)])),
    metrics: metricsOf(parameters.parse({})),
    facts: { "kernel.release": day < CHANGED ? "6.12" : "6.17", ...manyFacts },
    session: {
      ...{ id: `${at.toISOString().replace(/[-:]|\.\d+/g, "")}-${STACK}-${test}`, stack: STACK, benchmark: test, test, title },
      startedAt: at.toISOString(),
    },
  });
  return { ...data, samples: data.samples.map((sample) => ({ ...sample, ...manyFigures })) };
}

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}.name${index}`);

/** As many as a real sample and a real host have. */
const manyFigures = {
  conditions: Object.fromEntries(names("during", 35).map((name, index) => [name, index / 7])),
  stamps: Object.fromEntries(names("stamp", 8).map((name, index) => [name, String(10 ** 15 + index)])),
};
const manyFacts = Object.fromEntries(names("fact", 150).map((name) => [name, `what is true of ${name}`]));

function seriesOf(samples: readonly Sample[]): readonly SampleSeries[] {
  const measured = samples.filter(({ role }) => role === "measured");
  const random = seededRandom(1);
  const requests = Math.ceil(REQUESTS / measured.length);
  const values = () => Array.from({ length: requests }, () => random(1_000_000) / 1e8);
  return measured.map(({ sequence }) => {
    const [due, latency, fromSend, lateness] = [values().sort(), values(), values(), values()];
    return { sequence, series: { due, latency, fromSend, lateness, status: due.map(() => 200) } };
  });
}

function linesOf(entries: readonly unknown[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
}
