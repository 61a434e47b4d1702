export { benchmarks } from "./catalogue.ts";
export { instrumentDigest } from "./instrument.ts";
export { type FoundSession, foundSessions, sessionsBefore, undescribedSessions } from "./results/earlier.ts";
export { readSeries, readSession } from "./results/reader.ts";
export { replaceFile } from "./results/replace-file.ts";
export {
  type Environment,
  environmentSchema,
  type MetricDefinition,
  type Sample,
  type SampleSeries,
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
