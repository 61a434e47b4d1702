import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OutputStream } from "../../benchmarks/harness/output.ts";

/** Output as an engine sends it to who is attached. */
export function frame(from: OutputStream, text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = from === "stdout" ? 1 : 2;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

interface Script {
  /** Instead of the engine's own answer, by the last word of the path. */
  readonly refuse?: Readonly<Record<string, { readonly status: number; readonly message: string }>>;
  /** What the container does once it is started. */
  readonly run?: (container: { say(from: OutputStream, text: string): void; exit(code: number): void }) => void;
}

export interface FakeEngine {
  readonly socket: string;
  /** `POST /containers/create?name=n`, in the order they came. */
  readonly requests: readonly string[];
  /** Body of the create request. */
  readonly created: unknown;
  close(): void;
}

/** An engine with one container, that answers the requests of a start on a socket of its own. */
export async function startFakeEngine({ refuse = {}, run = () => undefined }: Script = {}): Promise<FakeEngine> {
  const directory = mkdtempSync(join(tmpdir(), "distrobench-engine-"));
  const socket = join(directory, "engine.sock");
  const requests: string[] = [];
  const seen: { created?: unknown; attached?: ServerResponse; waiting?: ServerResponse } = {};
  const container = {
    say: (from: OutputStream, text: string) => void seen.attached?.write(frame(from, text)),
    exit: (code: number) => {
      seen.attached?.end();
      seen.waiting?.end(JSON.stringify({ StatusCode: code }));
    },
  };
  const answers: Readonly<Record<string, (answer: ServerResponse, body: string) => void>> = {
    _ping: (answer) => answer.end("OK"),
    create: (answer, body) => {
      seen.created = JSON.parse(body);
      answer.writeHead(201).end(JSON.stringify({ Id: "c0ffee", Warnings: [] }));
    },
    attach: (answer) => {
      seen.attached = answer;
      answer.writeHead(200, { "content-type": "application/vnd.docker.raw-stream" }).flushHeaders();
    },
    wait: (answer) => {
      seen.waiting = answer;
      answer.flushHeaders();
    },
    start: (answer) => {
      answer.writeHead(204).end();
      run(container);
    },
  };
  const server = createServer(async (request, answer) => {
    requests.push(`${request.method} ${request.url}`);
    const body = await bodyOf(request);
    const verb = /([^/?]+)(?:\?|$)/.exec(request.url ?? "")?.[1] ?? "";
    const refused = refuse[verb];
    if (refused !== undefined) answer.writeHead(refused.status).end(JSON.stringify({ message: refused.message }));
    else answers[verb]?.(answer, body);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    ...{ socket, requests },
    get created() {
      return seen.created;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
