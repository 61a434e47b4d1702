import { z } from "zod";
import { distributionName } from "../hosts/index.ts";

const texts = z.record(z.string(), z.string());

const lockedHost = z.strictObject({
  distribution: distributionName,
  release: z.string(),
  kernel: z.string(),
  architecture: z.string(),
  cpuModel: z.string(),
  cpus: z.int().positive(),
  memoryBytes: z.number().positive(),
  virtualisation: z.string().describe("none on metal"),
  packages: texts.describe("name and exact version of everything that was brought, dependencies included"),
  engines: texts.describe("version of each container engine"),
  tuning: texts.describe("value read back, by knob"),
});

const lockedImage = z.strictObject({
  base: z.string().describe("registry digest, or suite and packages of a base that distrobench made"),
  baseDigest: z.string().optional().describe("sha256 of the root file system's layer of a base that distrobench made"),
  packages: texts.optional().describe("name and exact version of everything in that layer"),
  digests: texts.describe("config digest by host/engine"),
});

const lockedBenchmark = z.strictObject({
  test: z.string(),
  instrument: z.string().describe("sha256 of the program that measured"),
  session: z.string().describe("folder below results/: the baseline of a reproduction"),
});

/** `stacks/<stack>.lock.json`: what a measured stack consisted of, exactly. */
export const lockSchema = z
  .strictObject({
    version: z.literal(1, { error: "expected 1, the version of this file's format" }),
    stack: z.string(),
    at: z.iso.datetime().describe("when it was locked"),
    matrix: z.string().describe("sha256 of the matrix file"),
    hosts: z.record(z.string(), lockedHost),
    images: z.record(z.string(), lockedImage),
    models: texts.describe("sha256 by model/host"),
    benchmarks: z.record(z.string(), lockedBenchmark),
  })
  .meta({ title: "distrobench lock file", description: "What a measured stack consisted of." });
export type Lock = z.output<typeof lockSchema>;
export type LockedHost = Lock["hosts"][string];
export type LockedImage = Lock["images"][string];

/** For editors and other tools, as written to `stacks/lock.schema.json`. */
export const lockJsonSchema: z.core.JSONSchema.BaseSchema = z.toJSONSchema(lockSchema);
