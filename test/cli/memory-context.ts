import { join } from "node:path";
import { PassThrough } from "node:stream";
import { commandLine } from "../../cli/command-line.ts";
import type { Context, Environment } from "../../cli/context.ts";

/** A context that keeps what a command writes. */
export function memoryContext(
  options: { readonly root?: string; readonly environment?: Environment; readonly terminal?: boolean } = {},
) {
  const stdout = collect(options.terminal ?? false);
  const stderr = collect(options.terminal ?? false);
  const context: Context = {
    root: options.root ?? join(import.meta.dirname, "../.."),
    environment: options.environment ?? process.env,
    stdout: stdout.stream,
    stderr: stderr.stream,
    signal: new AbortController().signal,
  };
  return { context, stdout: stdout.text, stderr: stderr.text };
}

/** Runs the command line as if these words had been typed. What it ends with: undefined, `Exit`, or an error. */
export async function outcomeOf(context: Context, words: readonly string[]): Promise<unknown> {
  return await commandLine(context)
    .parseAsync(words, { from: "user" })
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
}

function collect(isTTY: boolean) {
  const chunks: Buffer[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY });
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString("utf8") };
}
