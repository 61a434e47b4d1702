import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { SessionData } from "../../benchmarks/index.ts";
import { createSessionWriter } from "../../benchmarks/results/writer.ts";

/** Writes a session below `<root>/results` with the writer of the product: sample by sample, as a run leaves it. */
export function writeSession(root: string, { session, samples, environments }: SessionData): void {
  mkdirSync(join(root, "results"), { recursive: true });
  const writer = createSessionWriter(join(root, "results", session.id), { ...session, outcome: "running" });
  for (const environment of environments) writer.environment(environment);
  for (const sample of samples) writer.sample(sample);
  writer.session(session);
  writer.close();
}
