import { InitFailure, PluginError } from "./types.ts";

/** The calls in flight, each with its own abort handle. */
export class RunningCalls {
  readonly #controllers = new Set<AbortController>();
  #cancelled = false;

  /**
   * Runs a call with a signal that Cancel, a client that hung up, and the call's own time-out abort.
   * What an aborted call throws is reported as the reason of the abort, except a partial failure, which says what exists.
   */
  async run<Result>(
    timeoutSeconds: number,
    hangUp: AbortSignal,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    if (this.#cancelled) throw cancelled();
    const controller = new AbortController();
    this.#controllers.add(controller);
    const onHangUp = () => controller.abort(cancelled());
    hangUp.addEventListener("abort", onHangUp);
    const timer =
      timeoutSeconds > 0 ? setTimeout(() => controller.abort(tooLong(timeoutSeconds)), timeoutSeconds * 1000) : undefined;
    try {
      return await work(controller.signal);
    } catch (error) {
      if (controller.signal.aborted && !(error instanceof InitFailure)) throw controller.signal.reason;
      throw error;
    } finally {
      clearTimeout(timer);
      hangUp.removeEventListener("abort", onHangUp);
      this.#controllers.delete(controller);
    }
  }

  /** Aborts everything in flight and refuses what comes later. Safe to call again. */
  cancel(): void {
    this.#cancelled = true;
    for (const controller of this.#controllers) controller.abort(cancelled());
  }
}

function cancelled(): PluginError {
  return new PluginError("cancelled", "cancelled");
}

function tooLong(seconds: number): PluginError {
  return new PluginError("deadline-exceeded", `not finished after ${seconds} s, the time-out set by customTimeouts`);
}
