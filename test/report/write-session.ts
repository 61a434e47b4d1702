import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SessionData } from "../../benchmarks/index.ts";

/** Writes a session below `<root>/results`, as a run would have left it. */
export function writeSession(root: string, { session, samples, environments }: SessionData): void {
  const directory = join(root, "results", session.id);
  mkdirSync(join(directory, "environment"), { recursive: true });
  writeFileSync(join(directory, "session.json"), JSON.stringify(session));
  writeFileSync(join(directory, "samples.jsonl"), samples.map((sample) => `${JSON.stringify(sample)}\n`).join(""));
  for (const environment of environments)
    writeFileSync(join(directory, "environment", `${environment.host}.json`), JSON.stringify(environment));
}
