import { join } from "node:path";
import { UserError } from "../../hosts/index.ts";
import { parseMatrix } from "../../stacks/load.ts";
import { type Plan, planOf } from "../../stacks/plan.ts";
import { sourceProblem } from "../../stacks/source-files.ts";
import { projectVocabulary } from "../../stacks/vocabulary.ts";

const root = join(import.meta.dirname, "../..");

/** A small matrix that is right; `change` makes it wrong. */
export const RIGHT = `version: 1
title: Small
hosts:
  one:
    distribution: debian
    release: trixie
    lab: { cpus: 2, memory: 2GiB, disk: 8GiB }
packages: [docker, node]
images:
  model-server: { recipe: model-server, base: { mmdebstrap: trixie }, builder: one }
benchmarks:
  cold-start:
    test: cold-start
    image: model-server
    hosts: [one]
    engines: [docker]
`;

/** The plan of a matrix text. Throws `UserError`. */
export function planText(text: string): Plan {
  const vocabulary = { ...projectVocabulary, fileProblem: (source: string) => sourceProblem(root, source) };
  return planOf(parseMatrix(text, "stacks/example.yaml", vocabulary), "example");
}

/** Every message about a wrong matrix, one per line; the plan of a right one. Throws what is no `UserError`. */
export function complaintsOrPlan(text: string): string | Plan {
  try {
    return planText(text);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** Every message about a wrong matrix, one per line; empty for a right one. */
export function complaints(text: string): string {
  const found = complaintsOrPlan(text);
  return typeof found === "string" ? found : "";
}
