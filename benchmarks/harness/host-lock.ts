// Not from the door of the room: this program travels to the host, and what else hosts/ holds must not.
import { withLock } from "../../hosts/lock.ts";

/** One for every session on this machine, whoever measures: the name of an abstract socket, not a file. */
const NAME = "/distrobench/measures-on-this-host";
export interface HostLockOrder {
  /** Who measures, told to those who wait. Ends with `session <id>`. */
  readonly owner: string;
  /** Seconds to wait for another session's end. */
  readonly waitSeconds: number;
  /** Seconds the controller has to say that it is still there when somebody else waits for its host. */
  readonly answerSeconds: number;
  /** Another lock than the host's own, for tests beside real sessions. */
  readonly scope?: string | undefined;
}

/** Asks the controller whether it is still there, and ends this program where it is not. */
interface Controller {
  ask(): void;
  gone(): void;
}

let controller: Controller | undefined;
let deadline: NodeJS.Timeout | undefined;

/** Set once by the program itself. */
export function followController(given: Controller): void {
  controller = given;
}

/** The controller has answered. */
export function controllerIsAlive(): void {
  clearTimeout(deadline);
  deadline = undefined;
}

/**
 * Takes this host for one session until this program ends, however that comes about: the kernel frees the lock with its process. Another
 * session's owner is returned when it still has the host after the wait; two programs of one session may share a machine.
 * A connection that died without a word would hold the host for hours, so a holder that somebody waits for asks its controller whether
 * it is there, and ends where it gets no answer.
 */
export function takeHost({
  owner,
  waitSeconds,
  answerSeconds,
  scope = NAME,
}: HostLockOrder): Promise<{ readonly heldBy?: string }> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), waitSeconds * 1000);
  let heldBy = "another session";
  const ours = owner.slice(owner.lastIndexOf("session "));
  return new Promise((resolve, reject) => {
    const onWait = (holder: string): void => {
      heldBy = holder;
      if (!holder.includes(`${ours} (`)) return;
      resolve({});
      patience.abort();
    };
    const forever = (): Promise<never> => {
      clearTimeout(timer);
      resolve({});
      return new Promise(() => undefined);
    };
    const onWaiter = (): void => askController(answerSeconds);
    withLock(scope, { holder: owner, signal: patience.signal, onWait, onWaiter }, forever).catch((error: unknown) =>
      patience.signal.aborted ? resolve({ heldBy }) : reject(error),
    );
  });
}

function askController(answerSeconds: number): void {
  if (deadline !== undefined) return;
  deadline = setTimeout(() => controller?.gone(), answerSeconds * 1000);
  controller?.ask();
}
