import { writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import { frameReader } from "./attach-frames.ts";
import { monotonic } from "./clock.ts";
import type { Running } from "./command.ts";
import { createRequest, type Started, type StartOrder } from "./container-order.ts";
import { ApiRefusal, ask, open } from "./engine-api.ts";
import { ENGINE_FAILED } from "./engines.ts";
import { followOutput, type OutputStream } from "./output.ts";

/** A container that is coming up, however its start was asked for. `spawned` is the stamp just before that. */
export type Launched = Omit<Running, "child">;

/**
 * Asks an engine's API for what the engine's own client asks for: create, attach, wait, start, each on a connection of its own. Returns just
 * after the create request was written. `ended` is the container's exit code; as with the client, 125 when the engine refused, with its
 * words as the last line of output; -1 when the API was lost or let go of.
 */
export function startByApi(order: StartOrder, started: Started, socket: string): { container: Launched; release: () => void } {
  const stop = new AbortController();
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const output = followOutput(streams);
  const spawned = monotonic();
  const ended = bringUp(order, started, { socket, streams, signal: stop.signal }).catch((error: unknown) => {
    output.add(error instanceof Error ? error.message : String(error));
    return error instanceof ApiRefusal ? ENGINE_FAILED : -1;
  });
  return { container: Object.assign(output, { spawned, ended }), release: () => stop.abort() };
}

interface Around {
  readonly socket: string;
  readonly streams: Readonly<Record<OutputStream, PassThrough>>;
  readonly signal: AbortSignal;
}

async function bringUp(order: StartOrder, started: Started, { socket, streams, signal }: Around): Promise<number> {
  const create = createRequest(order, started);
  const { Id: id } = JSON.parse(await ask(socket, { method: "POST", ...create, signal }, 201)) as { readonly Id: string };
  writeFileSync(started.idFile, id);
  const post = (verb: string) => ({ method: "POST" as const, path: `/containers/${id}/${verb}`, signal });
  const silent = forward(await open(socket, post("attach?stream=1&stdout=1&stderr=1"), 200), streams);
  // Before the start, because a container that is removed with its end can't be asked afterwards.
  const exit = ask(socket, post("wait?condition=next-exit"), 200).then(exitCodeIn, () => -1);
  await ask(socket, post("start"), 204);
  await silent;
  return await exit;
}

/** Resolves when both streams have been read to their end, also when the connection breaks: the exit code tells more of that. */
async function forward(attached: IncomingMessage, streams: Around["streams"]): Promise<void> {
  const take = frameReader((from, payload) => void streams[from].write(payload));
  attached.on("data", take).on("error", () => undefined);
  await new Promise((resolve) => attached.once("close", resolve));
  for (const stream of Object.values(streams)) stream.end();
  await Promise.all(Object.values(streams).map((stream) => finished(stream)));
}

function exitCodeIn(answer: string): number {
  const { StatusCode: code } = JSON.parse(answer) as { readonly StatusCode?: number };
  return code ?? -1;
}
