import { unlessAborted } from "./unless-aborted.ts";

export interface TurnOptions {
  /** What has the turn, told to those who wait for it. */
  readonly holder?: string;
  /** Ends the waiting, not the work. */
  readonly signal?: AbortSignal | undefined;
  /** Told who is waited for. */
  readonly onWait?: (holder: string) => void;
  /** Told to the holder whenever another process begins to wait for it. */
  readonly onWaiter?: () => void;
}

interface Turn {
  /** Resolves when this turn and all before it are over. */
  readonly over: Promise<unknown>;
  holder: string;
}

const turns = new Map<string, Turn>();

/**
 * Runs work one after the other per key, in this process, in the order of the calls. Who stops waiting leaves the others their
 * turn. Rejects with the signal's reason when aborted while waiting.
 */
export async function inTurn<Result>(key: string, options: TurnOptions, work: () => Promise<Result>): Promise<Result> {
  const before = turns.get(key);
  const holder = options.holder ?? `process ${process.pid}`;
  let finish = () => {};
  const mine = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const turn: Turn = { over: Promise.all([before?.over, mine]), holder: before?.holder ?? holder };
  turns.set(key, turn);
  void turn.over.then(() => {
    if (turns.get(key) === turn) turns.delete(key);
  });
  try {
    if (before !== undefined) {
      options.onWait?.(before.holder);
      await unlessAborted(options.signal, () => before.over);
    }
    turn.holder = holder;
    return await work();
  } finally {
    finish();
  }
}
