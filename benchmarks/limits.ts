import { z } from "zod";

const cpuList = z.string().regex(/^\d+(-\d+)?(,\d+(-\d+)?)*$/, 'expected a CPU list such as "2,3" or "0-3"');

/** What a container of a test may use, as in the matrix: the study gives `cpuset: "2,3"`, 6 GiB of memory and no swap. */
export const containerLimits = z.strictObject({
  /** CPU time in CPUs, such as 1.5. */
  cpus: z.number().positive().optional(),
  cpuset: cpuList.optional(),
  memoryBytes: z.int().positive().optional(),
  /** Memory and swap together, in bytes; equal to `memoryBytes` means no swap. */
  memorySwapBytes: z.int().positive().optional(),
});
