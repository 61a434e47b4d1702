import { z } from "zod";
import { knobValue } from "../kernel-tuning/index.ts";
import { name, text } from "./words.ts";

const knobs = z
  .record(z.string(), knobValue.nullable())
  .describe("values by knob, such as sysctl.vm.swappiness; null takes out a knob of an included profile");

/** What a host is tuned to. */
export const tuning = z
  .union(
    [
      name,
      z.strictObject({
        profile: name.default("stock").describe("what the knobs are added to"),
        knobs: knobs.default({}),
        cpus: z
          .strictObject({
            serving: text("2-7").optional(),
            housekeeping: text("0-1").optional(),
            "accelerator-irq": text("7").optional(),
          })
          .optional()
          .describe("CPU lists for these words, where the topology's answer is not wanted"),
        confirmSeconds: z
          .int()
          .min(20)
          .max(3600)
          .optional()
          .describe("how long a host started with another command line waits for us before it undoes that; 300 by default"),
        force: z.boolean().optional().describe("put back even over values that somebody else has set since"),
      }),
    ],
    { error: "expected the name of a tuning profile, or { profile, knobs, cpus, confirmSeconds, force }" },
  )
  .describe("a kernel tuning profile, taken back by destroy; docs/tuning.md lists profiles and knobs");

const profile = z.strictObject({
  includes: z
    .union([name, z.array(name)], { error: "expected the name of a profile such as serving, or a list of them" })
    .optional()
    .describe("profiles of distrobench or of this file, whose knobs come first, in this order"),
  knobs: knobs.default({}),
});

/** The user's own profiles, beside those of distrobench. */
export const ownProfiles = z
  .record(name, profile)
  .default({})
  .describe("tuning profiles of your own, by the names that hosts use; docs/tuning.md");
