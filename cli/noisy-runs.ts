import { join } from "node:path";
import { readSession } from "../benchmarks/index.ts";
import type { Plan } from "../stacks/index.ts";
import { newestSessions } from "./sessions.ts";

/** A line for every benchmark that the matrix wants measured strictly and whose newest session was measured with `up --noisy-host`. */
export function noisyRuns(root: string, plan: Pick<Plan, "stack" | "benchmarks">): readonly string[] {
  const strict = new Set(plan.benchmarks.filter(({ design }) => !design.noisyHost).map(({ name }) => name));
  // Most stacks of lab machines: their sessions need not be read.
  if (strict.size === 0) return [];
  return newestSessions(root, plan.stack)
    .map((directory) => ({ directory, session: readSession(join(root, directory)).session }))
    .filter(({ session }) => session.design.noisyHost && strict.has(session.benchmark))
    .map(
      ({ directory, session }) =>
        `${session.benchmark} was measured with --noisy-host: ${directory} stays and is never a baseline. ` +
        `Another seed at the benchmark in stacks/${plan.stack}.yaml measures anew.`,
    );
}
