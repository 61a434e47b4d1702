import type { z } from "zod";
import { benchmarks } from "../benchmarks/index.ts";
import { packageTable } from "../hosts/index.ts";
import { recipes } from "../images/index.ts";
import { knobProblem, type ProfileTable, profiles } from "../kernel-tuning/index.ts";

/** Names that a matrix may use because the rest of the project knows them. */
export interface Vocabulary {
  /** Images that can be built. */
  readonly recipes: readonly string[];
  /** Abstract packages; every distribution has names for them. */
  readonly packages: readonly string[];
  /** Registered tests with the schema of their parameters. */
  readonly tests: Readonly<Record<string, { readonly parameters: z.ZodType }>>;
  /** Tuning profiles, beside which a matrix may have its own. */
  readonly profiles: ProfileTable;
  /** What is wrong with the name of a knob. */
  knobProblem(name: string): string | undefined;
  /** What is wrong with the source of a file that is copied. */
  fileProblem(source: string): string | undefined;
}

/** What this project knows, without its files. */
export const projectVocabulary: Vocabulary = {
  recipes: Object.keys(recipes),
  packages: Object.keys(packageTable),
  tests: benchmarks,
  profiles,
  knobProblem,
  fileProblem: () => undefined,
};
