export { benchmarks } from "./catalogue.ts";
export { instrumentDigest } from "./harness/bundle.ts";
export { readSession } from "./results/reader.ts";
export {
  type Environment,
  environmentSchema,
  type MetricDefinition,
  type Sample,
  type Session,
  type SessionData,
  sampleSchema,
  seriesSchema,
  sessionSchema,
  type Validity,
} from "./results/schema.ts";
export type {
  BenchmarkInputs,
  VariantInput,
} from "./schema.ts";
