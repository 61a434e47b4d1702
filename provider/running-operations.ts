import { setTimeout as sleep } from "node:timers/promises";
import type { TransportPool } from "./context.ts";
import type { Operation, OperationLog, Outcome } from "./operation-log.ts";
import { type Call, InitFailure, PluginError } from "./server/index.ts";

/** The engine gives a cancelled plugin 30 s; what undoes its work on a host after ^C has this long before its connection goes. */
const GRACE_MILLISECONDS = 15_000;

export type Connect = (options: { readonly root: string; readonly signal: AbortSignal }) => TransportPool;

/** Records every operation, and ends the process' connections when the last one is over. */
export class RunningOperations {
  readonly #log: OperationLog;
  readonly #active = new Set<Promise<unknown>>();
  readonly #connections = new AbortController();
  readonly #connect: Connect;
  #pool: TransportPool | undefined;
  #stopped: Promise<void> | undefined;

  constructor(connect: Connect, log: OperationLog) {
    this.#connect = connect;
    this.#log = log;
  }

  /** The connections of this process, which start below the project's root. */
  pool(root: string): TransportPool {
    this.#pool ??= this.#connect({ root, signal: this.#connections.signal });
    return this.#pool;
  }

  async run<Result>(
    operation: Operation,
    call: Call,
    {
      work,
      waited,
      toFailure,
    }: {
      readonly work: () => Promise<Result>;
      /** Seconds so far in which another operation had the machine. */
      readonly waited: () => number;
      readonly toFailure: (error: unknown) => Error;
    },
  ): Promise<Result> {
    const at = new Date();
    const start = performance.now();
    const record = (outcome: Outcome, error?: string) =>
      this.#log({
        at: at.toISOString(),
        urn: call.urn,
        type: call.type,
        name: call.name,
        operation,
        seconds: (performance.now() - start) / 1000 - waited(),
        waited: waited(),
        outcome,
        ...(error === undefined ? {} : { error }),
      });
    const active = work();
    this.#active.add(active);
    try {
      const result = await active;
      record("ok");
      return result;
    } catch (error) {
      const failure = failureOf(call.signal, toFailure(error));
      record(isCancelled(call.signal) ? "cancelled" : "failed", failure.message);
      throw failure;
    } finally {
      this.#active.delete(active);
    }
  }

  /** Waits for operations that were told to stop, closes the connections, and records what they carried. Once. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const waiting = new AbortController();
    const grace = sleep(GRACE_MILLISECONDS, undefined, { signal: waiting.signal }).catch(() => undefined);
    await Promise.race([Promise.allSettled(this.#active), grace]);
    waiting.abort();
    this.#connections.abort();
    await this.#pool?.close();
    for (const [host, statistics] of Object.entries(this.#pool?.statistics() ?? {}))
      this.#log({ type: "transport", host, ...statistics });
  }
}

/** What an aborted operation threw is noise; except a partial failure, which says what exists. */
function failureOf(signal: AbortSignal, failure: Error): Error {
  return signal.aborted && signal.reason instanceof PluginError && !(failure instanceof InitFailure) ? signal.reason : failure;
}

function isCancelled(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof PluginError && signal.reason.code === "cancelled";
}
