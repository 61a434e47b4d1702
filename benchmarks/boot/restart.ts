import { z } from "zod";
import { type Connection, type FirstCommand, sh, UserError, waitForFirstCommand } from "../../hosts/index.ts";
import type { Measurement, Place } from "../define.ts";
import type { VariantInput } from "../schema.ts";
import { type Triggered, trigger } from "./trigger.ts";

/** How a host is restarted; of every test that begins with a start. */
export const restartParameters = z.strictObject({
  /** Lab machines: boot from a fresh overlay over the disk as the session found it, or from the disk as the boot before left it. */
  disk: z.enum(["fresh", "kept"]).default("fresh"),
  /**
   * Lab machines: what the controller's page cache holds of the disk's images at the start, `warm` what the boot before left, `dropped`
   * nothing. Each is a series of its own. Other hosts have their disk to themselves.
   */
  pageCache: z.enum(["warm", "dropped"]).default("warm"),
  /** Run by `sh -c` on the controller: cuts the power of the host and gives it again. */
  powerCycle: z.string().min(1).optional(),
  /** Consent: an SSH host may be restarted by its own `reboot`. Everybody's work on it ends with that. */
  allowReboot: z.boolean().default(false),
  /** Seconds until a boot counts as failed. */
  timeoutSeconds: z.number().positive().max(3600).default(600),
});

/** What a test that begins with a start depends on besides its own sources. */
export const restartInstrument = [
  "hosts/ssh",
  "hosts/lab/restart.ts",
  "hosts/lab/page-cache.ts",
  "hosts/lab/process.ts",
  "hosts/lab/qemu-arguments.ts",
] as const;

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
  if (given.pageCache === "dropped" && (connection.kind !== "lab" || given.powerCycle !== undefined))
    return `parameters.pageCache: dropped is for lab machines without powerCycle: ${variant.host} starts by itself, with an empty page cache, and what a hypervisor keeps of its disk can't be dropped from here`;
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

/** What is recorded of a start besides its times. */
export function conditionsOf({ residentBytes }: Triggered): Readonly<Record<string, number>> {
  return residentBytes === undefined ? {} : { "pageCache.resident": residentBytes };
}

/** A start whose first command came too late. */
export function late(triggered: Triggered, timeoutSeconds: number): Extract<Measurement, { outcome: "failed" }> {
  return { outcome: "failed", cause: `no command ran ${timeoutSeconds} s after the start`, stamps: stampsOf(triggered) };
}

/** Phases in the order of `ends`: each ends at its stamp and begins at the newest stamp before it. Seconds; no phase for a stamp that is missing. */
export function phasesOf<Name extends string>(
  start: bigint,
  ends: Readonly<Record<Name, bigint | undefined>>,
): Partial<Record<Name, number>> {
  const phases: Partial<Record<Name, number>> = {};
  let begun = start;
  for (const [name, end] of Object.entries(ends) as [Name, bigint | undefined][]) {
    if (end === undefined || end < begun) continue;
    phases[name] = between(begun, end);
    begun = end;
  }
  return phases;
}

/** Those of a start, its console, and what came after. */
export function stampsOf(triggered: Triggered, more: Stamps = {}): Readonly<Record<string, string>> {
  return textsOf({ start: triggered.start, ...triggered.console?.stamps(), ...more });
}

type Stamps = Readonly<Record<string, bigint | undefined>>;

/** CLOCK_MONOTONIC nanoseconds of the controller as decimal strings. */
export function textsOf(stamps: Stamps): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(stamps).flatMap(([name, stamp]) => (stamp === undefined ? [] : [[name, String(stamp)]])),
  );
}

/** Seconds. */
export function between(from: bigint, to: bigint): number {
  return Number(to - from) / 1e9;
}
