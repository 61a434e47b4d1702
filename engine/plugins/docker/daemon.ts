import http from "node:http";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { PluginError } from "../../../provider/server/index.ts";

/** What the daemon refused, with its own words. */
export class DaemonError extends PluginError {
  readonly status: number;
  constructor(status: number, message: string) {
    super("failed-precondition", message);
    this.status = status;
  }
}

/** A list is sent as a repeated parameter. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Request {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readable;
}

const progressLine = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  progress: z.string().optional(),
  id: z.string().optional(),
  error: z.string().optional(),
  aux: z.unknown().optional(),
});
export type ProgressLine = z.infer<typeof progressLine>;

/** The Docker Engine API over connections of the given agent. Rejects with `DaemonError` where the daemon answers with an error. */
export class Daemon {
  readonly #agent: http.Agent;
  readonly #host: string;

  constructor(agent: http.Agent, host: string) {
    this.#agent = agent;
    this.#host = host;
  }

  /** The JSON answer. */
  async json(request: Request): Promise<unknown> {
    const body = await text(await this.#send(request));
    return body === "" ? undefined : JSON.parse(body);
  }

  /** Follows an answer of one JSON object a line until its end; an `error` in it rejects. */
  async follow(request: Request, each: (line: ProgressLine) => void): Promise<void> {
    for await (const raw of createInterface({ input: await this.#send(request), crlfDelay: Number.POSITIVE_INFINITY })) {
      if (raw.trim() === "") continue;
      const line = progressLine.parse(JSON.parse(raw));
      if (line.error !== undefined) throw new DaemonError(500, line.error);
      each(line);
    }
  }

  async ping(): Promise<void> {
    await text(await this.#send({ method: "GET", path: "/_ping" }));
  }

  async #send(request: Request): Promise<http.IncomingMessage> {
    const query = new URLSearchParams(
      Object.entries(request.query ?? {}).flatMap(([key, value = []]) =>
        [value].flat().map((one) => [key, one] as [string, string]),
      ),
    );
    const sending = http.request({
      agent: this.#agent,
      method: request.method,
      path: `${request.path}?${query}`,
      headers: { Host: "docker", ...request.headers },
    });
    const answered = answerOf(sending, this.#host);
    if (request.body === undefined) sending.end();
    // The daemon may answer, with an error, before it has read the whole body.
    else pipeline(request.body, sending).catch((error: unknown) => sending.destroy(asError(error)));
    const response = await answered;
    const status = response.statusCode ?? 0;
    if (status >= 400) throw new DaemonError(status, messageOf(await text(response)));
    return response;
  }
}

async function answerOf(sending: http.ClientRequest, host: string): Promise<http.IncomingMessage> {
  return await new Promise((resolve, reject) => {
    sending.once("response", resolve);
    sending.on("error", (error) =>
      reject(new PluginError("unavailable", `the Docker daemon at ${host} does not answer: ${error.message}`, { cause: error })),
    );
  });
}

function messageOf(body: string): string {
  try {
    return z.object({ message: z.string() }).parse(JSON.parse(body)).message;
  } catch {
    return body.trim() || "the Docker daemon gave no reason";
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
