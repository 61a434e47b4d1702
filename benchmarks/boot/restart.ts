import { z } from "zod";
import { type Connection, type FirstCommand, sh, UserError, waitForFirstCommand } from "../../hosts/index.ts";
import type { Place } from "../define.ts";
import type { VariantInput } from "../schema.ts";
import { type Triggered, trigger } from "./trigger.ts";

/** How a host is restarted; of every test that begins with a start. */
export const restartParameters = z.strictObject({
  /** Lab machines: boot from a fresh overlay over the disk as the session found it, or from the disk as the boot before left it. */
  disk: z.enum(["fresh", "kept"]).default("fresh"),
  /** Run by `sh -c` on the controller: cuts the power of the host and gives it again. */
  powerCycle: z.string().min(1).optional(),
  /** Consent: an SSH host may be restarted by its own `reboot`. Everybody's work on it ends with that. */
  allowReboot: z.boolean().default(false),
  /** Seconds until a boot counts as failed. */
  timeoutSeconds: z.number().positive().max(3600).default(600),
});

export type RestartParameters = z.output<typeof restartParameters>;

type Remote = Exclude<Connection, { kind: "local" }>;

/** A start, and the first command behind it. */
export interface Restarted {
  readonly triggered: Triggered;
  readonly command: FirstCommand;
  /** False when it took longer than the time-out. */
  readonly inTime: boolean;
}

/** The host as one that may be restarted, or why it may not. */
export function restartable(
  { connection }: Pick<Place, "connection">,
  variant: VariantInput,
  given: RestartParameters,
): Remote | string {
  if (connection.kind === "local") return "the controller can't be rebooted under its own measurement";
  if (Object.keys(variant.tuning ?? {}).length > 0)
    return `${variant.host} carries tuning that a reboot loses: measure its boot in a stack without tuning`;
  if (connection.kind === "ssh" && given.powerCycle === undefined && !given.allowReboot)
    return `nobody said that ${variant.host} may be restarted: parameters.allowReboot: true, or a powerCycle command`;
  return connection;
}

/** Restarts the host and waits for its first command; the boot id must be another. Rejects with `UserError` when it stays away. */
export async function restartHost(place: Place, connection: Remote, given: RestartParameters): Promise<Restarted> {
  const oldBootId = (await place.transport.run(sh`cat /proc/sys/kernel/random/boot_id`)).stdout.trim();
  const triggered = await trigger(place, { ...given, connection, powerCycle: given.powerCycle });
  const first = await answer(place, connection, oldBootId, given.timeoutSeconds);
  triggered.console?.stop();
  return { triggered, ...first };
}

/** A boot that comes too late is a failed sample; the session goes on when the host comes at all, in twice the time. */
async function answer(
  { root, signal }: Place,
  connection: Remote,
  oldBootId: string,
  timeoutSeconds: number,
): Promise<{ readonly inTime: boolean; readonly command: FirstCommand }> {
  for (const inTime of [true, false]) {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]);
    const command = await waitForFirstCommand(connection, { root, signal: limited, oldBootId });
    signal.throwIfAborted();
    if (command !== undefined) return { inTime, command };
  }
  throw new UserError(`${connection.host} did not come back ${timeoutSeconds * 2} s after its start was triggered`, {
    remedy: "look at its console; parameters.timeoutSeconds gives slow hosts more time",
  });
}

/** CLOCK_MONOTONIC nanoseconds of the controller as decimal strings. */
export function stampsOf(
  triggered: Triggered,
  more: Readonly<Record<string, bigint | undefined>> = {},
): Readonly<Record<string, string>> {
  const all: Readonly<Record<string, bigint | undefined>> = { start: triggered.start, ...consoleStamps(triggered), ...more };
  return Object.fromEntries(Object.entries(all).flatMap(([name, stamp]) => (stamp === undefined ? [] : [[name, String(stamp)]])));
}

function consoleStamps(triggered: Triggered): Readonly<Record<string, bigint | undefined>> {
  return { ...triggered.console?.stamps() };
}

/** Seconds. */
export function between(from: bigint, to: bigint): number {
  return Number(to - from) / 1e9;
}
