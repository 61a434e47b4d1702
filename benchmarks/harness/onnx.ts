import type { StartOrder } from "./container-order.ts";
import { type RunToItsEnd, runToItsEnd } from "./run-to-its-end.ts";

export interface OnnxOrder {
  readonly start: StartOrder;
  readonly timeoutSeconds: number;
}

/** What the runner said. */
export type OnnxRuns =
  | {
      readonly outcome: "measured";
      /** Name of the execution provider that really ran. */
      readonly provider: string;
      /** Of ONNX Runtime. */
      readonly version: string;
      /** Nanoseconds. */
      readonly created: number;
      readonly warmups: readonly number[];
      readonly runs: readonly number[];
    }
  | { readonly outcome: "failed"; readonly cause: string }
  | { readonly outcome: "skipped"; readonly cause: string };

/** And what was seen of its container. */
export type OnnxProcess = { readonly said: OnnxRuns } & Pick<RunToItsEnd, "stamps" | "watched">;

/** Runs the image's runner to its end and removes its container. Rejects when there is no end in time. */
export async function onnxRuns({ start, timeoutSeconds }: OnnxOrder): Promise<OnnxProcess> {
  const { code, stdout, tail, stamps, watched } = await runToItsEnd(start, timeoutSeconds);
  const said: OnnxRuns =
    code === 0 ? parseRuns(stdout) : { outcome: "failed", cause: `the runner ended with exit code ${code}\n${tail}` };
  return { said, stamps, watched };
}

/** Reads the one line of JSON that the runner prints last. */
export function parseRuns(stdout: string): OnnxRuns {
  const line = stdout.trim().split("\n").at(-1) ?? "";
  if (!line.startsWith("{")) return { outcome: "failed", cause: `the runner printed no result: ${line.slice(0, 200)}` };
  const found = JSON.parse(line) as { readonly skipped?: string } & Omit<Extract<OnnxRuns, { outcome: "measured" }>, "outcome">;
  if (found.skipped !== undefined) return { outcome: "skipped", cause: found.skipped };
  if (found.runs.length === 0) return { outcome: "failed", cause: "the runner measured nothing" };
  return { ...found, outcome: "measured" };
}
