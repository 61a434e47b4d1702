import { z } from "zod";
import { countables } from "../harness/count.ts";
import { containerLimits } from "../limits.ts";
import { bytes, count, type Metric, perSecond, ratio, seconds } from "../metric.ts";
import { countMetrics } from "./count.ts";

const units = { s: seconds, B: bytes, "1/s": perSecond, ratio, count } as const;

const described = {
  better: z.enum(["lower", "higher"]).default("lower"),
  title: z.string().min(1).optional(),
  /** Leads the report; needed only where there are several metrics. */
  primary: z.boolean().optional(),
};

const unit = z.enum(["s", "B", "1/s", "ratio", "count"]);
/** What the printed number is multiplied with, such as 0.001 for milliseconds in a metric of unit s. */
const scale = z.number().positive().default(1);

const pattern = z
  .string()
  .refine(compiles, "expected a JavaScript regular expression")
  .refine((text) => !compiles(text) || groups(text) > 0, "expected a group around the number, such as real (\\S+)");

const metric = z.discriminatedUnion("from", [
  z.strictObject({ from: z.literal("json"), path: z.string().min(1), unit, scale, ...described }),
  z.strictObject({ from: z.literal("regex"), pattern, unit, scale, ...described }),
  z.strictObject({ from: z.literal("wall"), ...described }),
]);

const metricName = z.string().regex(/^[a-zA-Z][a-zA-Z0-9]{0,40}$/, "expected a name of letters and digits");

const metrics = z
  .record(metricName, metric)
  .default({ wall: { from: "wall", better: "lower" } })
  .refine((all) => Object.keys(all).length > 0, "expected at least one metric")
  .refine(
    (all) => Object.keys(all).length === 1 || Object.values(all).filter((one) => one.primary).length === 1,
    "expected exactly one metric with primary: true",
  );

const everything = z.strictObject({
  /** Run by `sh -c`, as root. The default does nothing: its time is what any command costs. */
  command: z.string().min(1).default("true"),
  /** Where: on the host, or in a new container of the variant's image. */
  where: z.enum(["host", "container"]).default("host"),
  /** Run by `sh -c` on the host before each run, outside of the time. */
  prepare: z.string().min(1).optional(),
  /** Runs per sample; the sample's value is their median, and every run is stored in the series. */
  runs: z.int().min(1).max(1000).default(1),
  timeoutSeconds: z.number().positive().max(86_400).default(600),
  environment: z.record(z.string().regex(/^[A-Za-z_]\w*$/, "expected the name of a variable"), z.string()).default({}),
  workingDirectory: z.string().startsWith("/").optional(),
  limits: containerLimits.default({}),
  metrics,
  /** What the command does, counted in one more run each, which is not timed: on the host only. */
  count: z.array(z.enum(countables)).default([]),
});

export const parameters = everything
  .refine(({ count: counted, where }) => counted.length === 0 || where === "host", {
    path: ["count"],
    error: "expected nothing with where: container: only what runs on the host itself can be counted",
  })
  .refine(({ count: counted, metrics: declared }) => !counted.some((name) => Object.hasOwn(declared, name)), {
    path: ["metrics"],
    error: `expected other names than those of count: ${countables.join(", ")}`,
  });
export type CommandParameters = z.output<typeof parameters>;

/** The metrics that a user declared, and what is counted; the only one declared, or the one marked, is primary. */
export function metricsOf({ metrics: declared, count: counted }: CommandParameters): Readonly<Record<string, Metric>> {
  const only = Object.keys(declared).length === 1;
  const made = Object.entries(declared).map(([name, one]) => {
    const make = units[one.from === "wall" ? "s" : one.unit];
    return [name, make(one.better, one.title ?? name, { primary: only || one.primary === true })] as const;
  });
  return Object.fromEntries([...made, ...counted.map((name) => [name, countMetrics[name]] as const)]);
}

function compiles(text: string): boolean {
  try {
    new RegExp(text, "m");
    return true;
  } catch {
    return false;
  }
}

/** Groups of a pattern: the empty alternative always matches, and its match has one entry per group. */
function groups(text: string): number {
  return (new RegExp(`${text}|`).exec("")?.length ?? 1) - 1;
}
