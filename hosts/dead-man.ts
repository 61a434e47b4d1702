import { setTimeout as delay } from "node:timers/promises";
import { CommandError, ConnectionError } from "./errors.ts";
import { type Shell, sh } from "./sh.ts";
import type { Transport } from "./transport.ts";

/** How long a host waits for a new login unless it is told: an emulated machine under load took 17 s for its handshake. */
export const CONFIRM_SECONDS = 120;

/** What a host undoes by itself, unless somebody who has logged in anew confirms within some seconds. */
export interface DeadMan {
  /** Tells apart those of one host: letters, digits, dots, dashes. */
  readonly name: string;
  readonly seconds: number;
  /** POSIX shell, run as root and at most once, with the variables of the script that armed it. */
  readonly undo: Shell;
}

/** `fired`: the host has undone it, at that time. `lost`: the host knows nothing of it, as after a restart. */
export type Verdict = "confirmed" | "lost" | { readonly firedAt: string };

const folderOf = (name: string): string => `/run/distrobench.guard.${name}`;

/** Of two that want the folder, the dead man and the one who confirms, only one can rename it. */
const WAIT = `d=$1 token=$2 n=$3
mine() { [ "$(cat "$d/token" 2>/dev/null)" = "$token" ]; }
while [ "$n" -gt 0 ]; do mine || exit 0; sleep 1; n=$((n - 1)); done
mine && mv "$d" "$d.fired" || exit 0
sh -c '. "$1/environment"; . "$1/undo"' sh "$d.fired" >"$d.fired/log" 2>&1
rm -f "$d.fired/environment"
date -u +%Y-%m-%dT%H:%M:%SZ >"$d.fired/at"
`;

/** Exit code of a script whose dead man could not be armed: what follows in it was not run. */
export const NOT_ARMED = 72;

/**
 * Arms a dead man, in the place of an earlier one with its name. It outlives the connection: as a transient unit of systemd, elsewhere in
 * a session of its own.
 */
export function armDeadMan({ name, seconds, undo }: DeadMan): Shell {
  const encode = (text: string) => Buffer.from(text).toString("base64");
  return sh`(
umask 077
d=${folderOf(name)}
rm -rf "$d" "$d.fired" "$d.confirmed"
t="$$.$(date +%s)"
mkdir "$d" && printf %s ${encode(`${undo}\n`)} | base64 -d >"$d/undo" && printf %s ${encode(WAIT)} | base64 -d >"$d/wait" && export -p >"$d/environment" && echo "$t" >"$d/token" || exit
if [ -d /run/systemd/system ] && systemd-run --quiet --collect --unit="distrobench-guard-$t" sh "$d/wait" "$d" "$t" ${seconds}; then exit 0; fi
setsid sh "$d/wait" "$d" "$t" ${seconds} </dev/null >/dev/null 2>&1 &
) || exit ${NOT_ARMED}`;
}

/**
 * Calls a dead man off, or waits until it has done its work; prints a word and a time. The answer is the same as often as it is asked for,
 * since a connection may lose it, until the dead man is forgotten.
 */
export function confirmDeadMan(name: string): Shell {
  return sh`d=${folderOf(name)}
if [ -d "$d.confirmed" ] || mv "$d" "$d.confirmed" 2>/dev/null; then echo confirmed
elif [ -d "$d.fired" ]; then
  n=60; while [ ! -s "$d.fired/at" ] && [ "$n" -gt 0 ]; do sleep 1; n=$((n - 1)); done
  echo "fired $(cat "$d.fired/at" 2>/dev/null)"
else echo lost; fi`;
}

/** Calls a dead man off without a question, and removes what it left. */
export function forgetDeadMan(name: string): Shell {
  return sh`rm -rf ${["", ".fired", ".confirmed"].map((state) => folderOf(name) + state)}`;
}

const ASK_SECONDS = 90;
const BETWEEN_MILLISECONDS = 2000;

/**
 * Confirms over a connection of its own: one from before the change proves nothing. Tries until the dead man has acted for sure, and a
 * minute beyond. Rejects with the last `ConnectionError` of a host that does not come back at all.
 */
export async function confirmAnew(
  transport: Transport,
  { name, seconds }: Pick<DeadMan, "name" | "seconds">,
  signal: AbortSignal,
): Promise<Verdict> {
  const limit = performance.now() + (seconds + ASK_SECONDS) * 1000;
  for (;;) {
    try {
      return await ask(transport, name, signal);
    } catch (error) {
      signal.throwIfAborted();
      const silent = error instanceof ConnectionError || error instanceof CommandError;
      if (!silent || performance.now() > limit) throw error;
      await delay(BETWEEN_MILLISECONDS, undefined, { signal });
    }
  }
}

async function ask(transport: Transport, name: string, signal: AbortSignal): Promise<Verdict> {
  const fresh = await transport.anew();
  try {
    const { stdout } = await fresh.run(confirmDeadMan(name), { signal, timeoutSeconds: ASK_SECONDS });
    // What is left when that fails goes with the next dead man of the name, a restore, or a restart.
    await fresh.run(forgetDeadMan(name), { signal, timeoutSeconds: ASK_SECONDS }).catch(() => undefined);
    const [word, at = ""] = stdout.trim().split(" ");
    if (word === "fired") return { firedAt: at };
    return word === "confirmed" ? word : "lost";
  } finally {
    await fresh.close();
  }
}
