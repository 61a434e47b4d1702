import { type IncomingMessage, request } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { run } from "./command.ts";
import type { Starter } from "./container-order.ts";
import { starters } from "./engines.ts";

/** A request to an engine's API; both engines speak the Docker Engine API, Podman beside its own. */
export interface ApiRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** The engine said no. Its message says to what, with which status and why. */
export class ApiRefusal extends Error {
  override readonly name = "ApiRefusal";
}

/** The API socket of an engine, or why a start can't be asked for there. */
export type ApiSocket = { readonly path: string; readonly skipped?: never } | { readonly skipped: string; readonly path?: never };

const CLIENT_SECONDS = 60;
const PING_SECONDS = 30;

/** By engine; the socket of a host does not move within a session. */
const sockets = new Map<Starter, string>();

/** Where the engine's own client says that its API is, if something answers there. */
export async function apiSocket(starter: Starter): Promise<ApiSocket> {
  const { api } = starters[starter];
  if (api === undefined) return { skipped: `a ${starter} has no engine with an API` };
  const place = sockets.get(starter) ?? (await run(api, CLIENT_SECONDS)).stdout.trim();
  sockets.set(starter, place);
  const path = place.replace(/^unix:\/\//, "");
  if (!path.startsWith("/"))
    return { skipped: `${starter}'s API is on no socket of this host: ${place || "its client names none"}` };
  return await ping(path).then(
    () => ({ path }),
    (error: unknown) => ({ skipped: `no API of ${starter} answers on ${path}: ${String(error)}` }),
  );
}

/** Asks for nothing. An engine that systemd starts with the first request (podman.socket) is up afterwards. Rejects when it is not. */
export async function ping(socket: string): Promise<void> {
  await ask(socket, { method: "GET", path: "/_ping", signal: AbortSignal.timeout(PING_SECONDS * 1000) }, 200);
}

/** The text of an answer with the wanted status. Rejects with `ApiRefusal` for another one. */
export async function ask(socket: string, wanted: ApiRequest, status: number): Promise<string> {
  return await textOf(await open(socket, wanted, status));
}

/** An answer with the wanted status when its head is there; the rest is a stream. Rejects with `ApiRefusal` for another one. */
export async function open(socket: string, wanted: ApiRequest, status: number): Promise<IncomingMessage> {
  const answer = await send(socket, wanted);
  if (answer.statusCode === status) return answer;
  const { method, path } = wanted;
  throw new ApiRefusal(`${method} ${path} got ${answer.statusCode}: ${messageIn(await textOf(answer))}`);
}

function send(socketPath: string, { method, path, body, signal }: ApiRequest): Promise<IncomingMessage> {
  const json = body === undefined ? undefined : JSON.stringify(body);
  const headers = json === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(json) };
  const aborts = signal === undefined ? {} : { signal };
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path, headers, agent: false, ...aborts }, resolve);
    sent.on("error", reject);
    sent.end(json);
  });
}

/** Both engines put what they have to say into `message`. */
function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    return typeof message === "string" ? message : text;
  } catch {
    return text;
  }
}
