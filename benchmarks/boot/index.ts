import { z } from "zod";
import { type Connection, type FirstCommand, sh, UserError, waitForFirstCommand } from "../../hosts/index.ts";
import { defineBenchmark, type Measurement, type Place } from "../define.ts";
import { seconds } from "../metric.ts";
import { guestTimes } from "./guest.ts";
import { type Triggered, trigger } from "./trigger.ts";

const parameters = z.strictObject({
  /** Lab machines: boot from a fresh overlay over the disk as the session found it, or from the disk as the boot before left it. */
  disk: z.enum(["fresh", "kept"]).default("fresh"),
  /** Run by `sh -c` on the controller: cuts the power of the host and gives it again. */
  powerCycle: z.string().min(1).optional(),
  /** Consent: an SSH host may be restarted by its own `reboot`. Everybody's work on it ends with that. */
  allowReboot: z.boolean().default(false),
  /** Seconds until a boot counts as failed. */
  timeoutSeconds: z.number().positive().max(3600).default(600),
});

const metrics = {
  total: seconds("lower", "trigger to first command", { primary: true }),
  down: seconds("lower", "old system gone", { kind: "phase" }),
  console: seconds("lower", "first console byte", { kind: "phase" }),
  init: seconds("lower", "kernel to init", { kind: "phase" }),
  banner: seconds("lower", "SSH banner", { kind: "phase" }),
  login: seconds("lower", "login and command", { kind: "phase" }),
  resolution: seconds("lower", "time between the last two tries", { kind: "diagnostic" }),
  guestUptime: seconds("lower", "age of the kernel at the first command", { kind: "diagnostic" }),
  guestInit: seconds("lower", "kernel to init, guest's clock", { kind: "diagnostic" }),
  guestUserspace: seconds("lower", "systemd: user space begins, guest's clock", { kind: "diagnostic" }),
  guestFinish: seconds("lower", "systemd: start jobs done, guest's clock", { kind: "diagnostic" }),
};
type Name = keyof typeof metrics;

/** From the trigger of a start to the first command that a login returns: one boot is one sample. */
export const boot = defineBenchmark({
  name: "boot",
  title: "Boot",
  parameters,
  metrics,
  warmups: 1,
  instrument: ["hosts/ssh", "hosts/lab/restart.ts", "hosts/lab/process.ts", "hosts/lab/qemu-arguments.ts"],
  async measure(place, variant, given): Promise<Measurement<Name>> {
    const { connection } = place;
    if (connection.kind === "local") return skipped("the controller can't be rebooted under its own measurement");
    if (Object.keys(variant.tuning ?? {}).length > 0) {
      return skipped(`${variant.host} carries tuning that a reboot loses: measure its boot in a stack without tuning`);
    }
    if (connection.kind === "ssh" && given.powerCycle === undefined && !given.allowReboot) {
      return skipped(`nobody said that ${variant.host} may be restarted: parameters.allowReboot: true, or a powerCycle command`);
    }
    const oldBootId = (await place.transport.run(sh`cat /proc/sys/kernel/random/boot_id`)).stdout.trim();
    const triggered = await trigger(place, { ...given, connection, powerCycle: given.powerCycle });
    const first = await answer(place, connection, oldBootId, given.timeoutSeconds);
    triggered.console?.stop();
    const measurement = first.inTime ? toMeasurement(triggered, first.command) : late(triggered, given.timeoutSeconds);
    const guest = await guestTimes(place.transport);
    await place.reopen();
    if (measurement.outcome !== "measured") return measurement;
    return { ...measurement, values: { ...measurement.values, ...guest } };
  },
});

function skipped(cause: string): Measurement<Name> {
  return { outcome: "skipped", cause };
}

/** A boot that comes too late is a failed sample; the session goes on when the host comes at all, in twice the time. */
async function answer(
  { root, signal }: Place,
  connection: Exclude<Connection, { kind: "local" }>,
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

function late(triggered: Triggered, timeoutSeconds: number): Measurement<Name> {
  return { outcome: "failed", cause: `no command ran ${timeoutSeconds} s after the start`, stamps: stampsOf(triggered) };
}

/** Phases in the order of a boot: each ends at its stamp and begins at the newest stamp before it. */
export function toMeasurement(triggered: Triggered, { uptime, bootId, tryBefore, ...first }: FirstCommand): Measurement<Name> {
  const { console = undefined, init = undefined } = triggered.console?.stamps() ?? {};
  const ends = { down: first.down, console, init, banner: first.banner, login: first.answered } as const;
  const values: Partial<Record<Name, number>> = { total: between(triggered.start, first.answered), guestUptime: uptime };
  let begun = triggered.start;
  for (const [name, end] of Object.entries(ends) as [keyof typeof ends, bigint | undefined][]) {
    if (end === undefined || end < begun) continue;
    values[name] = between(begun, end);
    begun = end;
  }
  if (first.banner !== undefined && tryBefore !== undefined) values.resolution = between(tryBefore, first.banner);
  const stamps = stampsOf(triggered, { ...first, tryBefore });
  return { outcome: "measured", values, stamps };
}

function stampsOf(
  triggered: Triggered,
  more: Readonly<Record<string, bigint | undefined>> = {},
): Readonly<Record<string, string>> {
  const all: Readonly<Record<string, bigint | undefined>> = { start: triggered.start, ...consoleStamps(triggered), ...more };
  return Object.fromEntries(Object.entries(all).flatMap(([name, stamp]) => (stamp === undefined ? [] : [[name, String(stamp)]])));
}

function consoleStamps(triggered: Triggered): Readonly<Record<string, bigint | undefined>> {
  return { ...triggered.console?.stamps() };
}

function between(from: bigint, to: bigint): number {
  return Number(to - from) / 1e9;
}
