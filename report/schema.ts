import { z } from "zod";

/** One page about the newest session of every benchmark of a stack. */
export const reportInputs = z.strictObject({
  stack: z.string(),
  title: z.string(),
  /** Session directories relative to the project's root. */
  sessions: z.array(z.string()),
  /** Directory of the pages relative to the project's root, such as `results/report-quickstart`. */
  directory: z.string(),
});
export type ReportInputs = z.output<typeof reportInputs>;

export interface ReportOutputs extends ReportInputs {
  readonly html: string;
  readonly markdown: string;
  readonly json: string;
  /** sha256 of the HTML page. */
  readonly digest: string;
}
