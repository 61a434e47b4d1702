import type { FirstCommand } from "../../hosts/index.ts";
import { defineBenchmark, type Measurement } from "../define.ts";
import { seconds } from "../metric.ts";
import { guestTimes } from "./guest.ts";
import { between, restartable, restartHost, restartParameters, stampsOf } from "./restart.ts";
import type { Triggered } from "./trigger.ts";

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
  parameters: restartParameters,
  metrics,
  warmups: 1,
  instrument: ["hosts/ssh", "hosts/lab/restart.ts", "hosts/lab/process.ts", "hosts/lab/qemu-arguments.ts"],
  async measure(place, variant, given): Promise<Measurement<Name>> {
    const connection = restartable(place, variant, given);
    if (typeof connection === "string") return { outcome: "skipped", cause: connection };
    const { triggered, command, inTime } = await restartHost(place, connection, given);
    const measurement = inTime ? toMeasurement(triggered, command) : late(triggered, given.timeoutSeconds);
    const guest = await guestTimes(place.transport);
    await place.reopen();
    if (measurement.outcome !== "measured") return measurement;
    return { ...measurement, values: { ...measurement.values, ...guest } };
  },
});

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
