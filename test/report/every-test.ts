import { benchmarks } from "../../benchmarks/catalogue.ts";
import type { SessionData } from "../../benchmarks/index.ts";
import { syntheticSession } from "./synthetic-session.ts";

/** What a test can't do without. */
export const neededParameters: Readonly<Record<string, Readonly<Record<string, unknown>>>> = { command: { command: "true" } };

/** A synthetic session of every test there is, with that test's own metrics. */
export function everyTest(): readonly SessionData[] {
  return Object.values(benchmarks).map((benchmark, index) =>
    syntheticSession({
      seed: index + 1,
      metrics: benchmark.metricsOf(neededParameters[benchmark.name] ?? {}),
      session: {
        id: `20260101T00000${index}Z-${benchmark.name}`,
        benchmark: benchmark.name,
        test: benchmark.name,
        title: benchmark.title,
      },
    }),
  );
}
