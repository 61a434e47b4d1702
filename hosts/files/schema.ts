import { z } from "zod";
import { connectionSchema } from "../connection.ts";

const wantedFile = z.strictObject({
  /** Octal digits without a leading zero, such as `644`. */
  mode: z.string(),
  /** `user:group`. */
  owner: z.string(),
  /** Hexadecimal, of the content. */
  sha256: z.string(),
});
export type WantedFile = z.output<typeof wantedFile>;

/** Files of the user's on a host, put back as they were. */
export const filesInputs = z.strictObject({
  host: z.string(),
  connection: connectionSchema,
  /** Tells apart what comes before the packages and what comes after them. */
  phase: z.enum(["before-packages", "after-packages"]),
  /** By absolute path. `read` gives what is there: a file that is gone has no entry. */
  files: z.record(z.string(), wantedFile),
  /** By absolute path: base64. A secret, so that no preview shows it. */
  contents: z.record(z.string(), z.string()),
});
export type FilesInputs = z.output<typeof filesInputs>;

/** What was on the host before the first write. Also kept on the host itself, for a run that is killed or a state that is lost. */
export const filesBaseline = z.object({
  version: z.literal(1),
  /** `stack/host/phase`. */
  owner: z.string(),
  files: z.record(
    z.string(),
    z.object({
      /** `absent`, or mode, numeric owner and base64. */
      before: z.string(),
      /** What we wrote: mode, owner and sha256. */
      wrote: z.string(),
    }),
  ),
  /** Folders that had to be made, outermost first. */
  directories: z.array(z.string()),
});
export type FilesBaseline = z.output<typeof filesBaseline>;

export interface FilesOutputs extends FilesInputs {
  readonly baseline: FilesBaseline;
}
