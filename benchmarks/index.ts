export { benchmarks } from "./catalogue.ts";
export { defineBenchmark } from "./define.ts";
export { instrumentDigest } from "./harness/bundle.ts";
export { readSession } from "./results/reader.ts";
export {
  type Environment,
  environmentSchema,
  type MetricDefinition,
  RESULTS_VERSION,
  type Sample,
  type Session,
  type SessionData,
  sampleSchema,
  sessionSchema,
  type Validity,
} from "./results/schema.ts";
export {
  type BenchmarkInputs,
  type BenchmarkOutputs,
  benchmarkInputs,
  type MetricOutput,
  type VariantInput,
  variantInput,
} from "./schema.ts";
