import { UserError, userName } from "../../hosts/index.ts";
import type { Harness } from "../harness/client.ts";
import { ANSWER_SECONDS } from "../harness/client.ts";
import { duration } from "./progress.ts";

/** How soon it is said that somebody else measures, and how long is then waited: longer than a dead holder takes to be noticed. */
const FIRST_SECONDS = 5;
const WAIT_SECONDS = 120;
const ANSWER_WITHIN = 60;

interface Waiting {
  progress(line: string): void;
  readonly waitSeconds?: number;
  readonly scope?: string;
}

/** Who measures, for those who wait: `anna@laptop since 2026-11-24T19:50:00.000Z, session <id>`. */
export function ownerOf(session: string, since: Date): string {
  return `${userName()} since ${since.toISOString()}, session ${session}`;
}

/**
 * Takes a host for one session: two controllers, or two stacks, that measured on it at once would measure each other. Waits two minutes
 * for another session's end and says so. Rejects with `UserError` that names the other's owner, session and start.
 */
export async function takeHost(
  harness: Harness,
  owner: string,
  { progress, waitSeconds = WAIT_SECONDS, scope }: Waiting,
): Promise<void> {
  const ask = (seconds: number) =>
    harness.request(
      "take-host",
      { owner, waitSeconds: seconds, answerSeconds: ANSWER_WITHIN, scope },
      { timeoutSeconds: seconds + ANSWER_SECONDS },
    );
  const { heldBy } = await ask(Math.min(FIRST_SECONDS, waitSeconds));
  if (heldBy === undefined) return;
  progress(`waits for ${harness.host}, at most ${duration(waitSeconds)}: ${heldBy} measures there`);
  const still = waitSeconds > FIRST_SECONDS ? (await ask(waitSeconds)).heldBy : heldBy;
  if (still === undefined) return;
  throw new UserError(`${harness.host}: another session measures on this host: ${still}`, {
    remedy:
      "go on when it has ended; it frees the host by itself when its controller ends, is killed or gives no answer for a minute",
  });
}
