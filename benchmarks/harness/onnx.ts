import { run } from "./command.ts";
import { register, removeContainer } from "./containers.ts";
import { type StartOrder, starters } from "./engines.ts";

export interface OnnxOrder {
  readonly start: StartOrder;
  readonly timeoutSeconds: number;
}

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

/** Runs the image's runner to its end and removes its container. Rejects when there is no end in time. */
export async function onnxRuns({ start, timeoutSeconds }: OnnxOrder): Promise<OnnxRuns> {
  const started = await register(start.starter);
  try {
    const { code, stdout, tail } = await run(starters[start.starter].run(start, started), timeoutSeconds);
    return code === 0 ? parseRuns(stdout) : { outcome: "failed", cause: `the runner ended with exit code ${code}\n${tail}` };
  } finally {
    await removeContainer(start.starter, started);
  }
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
