import { createInterface } from "node:readline";
import { type RemoteProcess, sh, type Transport, UserError } from "../../hosts/index.ts";
import type { ActionArguments, ActionName, ActionResult } from "./actions.ts";
import { harnessBundle } from "./bundle.ts";
import { HOST_DIRECTORY } from "./home.ts";
import type { Answer, LifeSign } from "./protocol.ts";

/** The measuring program of one host, as the controller sees it. */
export interface Harness {
  readonly host: string;
  /** False once the program, its host or the connection is gone. */
  readonly alive: boolean;
  /** Rejects with `UserError` when the program says no, is lost, or gives no answer in time. */
  request<Name extends ActionName>(
    action: Name,
    given: ActionArguments<Name>,
    options: { readonly timeoutSeconds: number },
  ): Promise<ActionResult<Name>>;
  /** Ends the program: it stops what it runs and removes itself from the host. */
  close(): Promise<void>;
}

const CLOSE_SECONDS = 5;
/** For answers that take no work. A loaded emulated host needs a minute to start Node.js. */
export const ANSWER_SECONDS = 300;

/** Puts the program on the host and starts it there. Rejects with `UserError` when it does not answer. */
export async function startHarness(transport: Transport, session: string, signal: AbortSignal): Promise<Harness> {
  const { code, digest } = harnessBundle();
  const path = `${HOST_DIRECTORY}/${session}/harness-${digest.slice(0, 12)}.cjs`;
  await transport.write(code, { path, mode: 0o600 });
  const process = await transport.start(sh`exec node ${path}`, { signal });
  const harness = connect(transport.host, process);
  signal.addEventListener("abort", () => void harness.close(), { once: true });
  try {
    const hello = await harness.request("hello", undefined, { timeoutSeconds: ANSWER_SECONDS });
    if (hello.digest !== digest) throw new UserError(`${transport.host}: the measuring program arrived damaged`);
    return harness;
  } catch (error) {
    await harness.close();
    throw error;
  }
}

/** Talks to a running program over its standard streams. */
export function connect(host: string, process: RemoteProcess): Harness {
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  let next = 0;
  let lost: UserError | undefined;
  let complaint = "";
  const complain = (text: string): void => {
    complaint = (complaint + text).slice(-2000);
  };
  createInterface({ input: process.stdout }).on("line", (line) => {
    const answer = messageIn(line);
    if (answer === undefined) return complain(`${line}\n`);
    if ("controller" in answer) return void process.stdin.write(`${JSON.stringify({ controller: "lives" })}\n`);
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ("failure" in answer) asked?.reject(new UserError(`${host}: ${answer.failure}`));
    else asked?.resolve(answer.result);
  });
  process.stderr.on("data", (chunk: Buffer) => complain(chunk.toString("utf8")));
  process.stdin.on("error", () => undefined);
  const gone = process.ended.then(
    () => lose(""),
    (error: unknown) => lose(`: ${String(error)}`),
  );
  function lose(detail: string): void {
    lost = new UserError(`${host}: the measuring program ended${detail}${complaint === "" ? "" : `\n${complaint.trim()}`}`);
    for (const asked of waiting.values()) asked.reject(lost);
    waiting.clear();
  }
  return {
    host,
    get alive() {
      return lost === undefined;
    },
    request: (action, given, { timeoutSeconds }) => {
      if (lost !== undefined) return Promise.reject(lost);
      next += 1;
      const id = next;
      const answer = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }));
      process.stdin.write(`${JSON.stringify({ id, action, arguments: given })}\n`);
      return within(answer, timeoutSeconds, `${host}: no answer to ${action}`) as Promise<never>;
    },
    close: async () => {
      process.stdin.end();
      await within(gone, CLOSE_SECONDS, "").catch(() => process.kill());
    },
  };
}

/** Nothing for a line that is not the program's: what a login shell or Node.js itself prints must not end the controller. */
function messageIn(line: string): Answer | LifeSign | undefined {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === "object" && message !== null ? (message as Answer | LifeSign) : undefined;
  } catch {
    return undefined;
  }
}

async function within<Result>(promise: Promise<Result>, seconds: number, what: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new UserError(`${what} after ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
