import { join } from "node:path";
import { PassThrough } from "node:stream";
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

function collect(isTTY: boolean) {
  const chunks: Buffer[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY });
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString("utf8") };
}
