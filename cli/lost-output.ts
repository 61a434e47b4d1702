import type { Output } from "./context.ts";

/**
 * What becomes of a command whose output nobody takes. A reader that has seen enough, as `head`, changes nothing: the work and its exit code
 * are as they were. Where results can't be written, as on a full disk, `fail` is told why. Of lines about progress none is missed.
 */
export function watchOutput(stdout: Output, stderr: Output, fail: (reason: string) => void): void {
  stderr.on("error", () => undefined);
  stdout.on("error", (error) => {
    if (!("code" in error && error.code === "EPIPE")) fail(error.message);
  });
}
