import { once } from "node:events";

/** Waits for something shared, such as a dial or a turn: an abort ends only this caller's waiting. Rejects with the signal's reason. */
export async function unlessAborted<Result>(signal: AbortSignal | undefined, work: () => Promise<Result>): Promise<Result> {
  if (signal === undefined) return await work();
  signal.throwIfAborted();
  const over = new AbortController();
  const aborted = once(signal, "abort", { signal: over.signal }).then(() => Promise.reject(signal.reason));
  return Promise.race([work(), aborted]).finally(() => over.abort());
}
