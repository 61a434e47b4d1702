import type { MetricDefinition, Session } from "../results/schema.ts";

/** The metric that leads a session's test. */
export function primaryOf({ metrics }: Pick<Session, "metrics">): MetricDefinition | undefined {
  return metrics.find(({ primary }) => primary);
}
