import type { FirstCommand } from "../../hosts/index.ts";
import { defineBenchmark, type Measurement } from "../define.ts";
import { seconds } from "../metric.ts";
import { censusMetrics, takeCensus } from "./census.ts";
import { guestTimes } from "./guest.ts";
import {
  between,
  conditionsOf,
  late,
  phasesOf,
  restartable,
  restartHost,
  restartInstrument,
  restartParameters,
  stampsOf,
} from "./restart.ts";
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
  ...censusMetrics,
};
type Name = keyof typeof metrics;

/** From the trigger of a start to the first command that a login returns: one boot is one sample. */
export const boot = defineBenchmark({
  name: "boot",
  title: "Boot",
  parameters: restartParameters,
  metrics,
  warmups: 1,
  instrument: restartInstrument,
  async measure(place, variant, given): Promise<Measurement<Name>> {
    const connection = restartable(place, variant, given);
    if (typeof connection === "string") return { outcome: "skipped", cause: connection };
    const { triggered, command, inTime } = await restartHost(place, connection, given);
    const measurement = inTime ? toMeasurement(triggered, command) : late(triggered, given.timeoutSeconds);
    const guest = await guestTimes(place.transport);
    const census = await takeCensus(place.transport, place.facts);
    await place.reopen();
    if (measurement.outcome !== "measured") return measurement;
    return { ...measurement, values: { ...measurement.values, ...guest, ...census } };
  },
});

/** Phases in the order of a boot. */
export function toMeasurement(triggered: Triggered, { uptime, bootId, tryBefore, ...first }: FirstCommand): Measurement<Name> {
  const { console = undefined, init = undefined } = triggered.console?.stamps() ?? {};
  const ends = { down: first.down, console, init, banner: first.banner, login: first.answered } as const;
  const whole = { total: between(triggered.start, first.answered), guestUptime: uptime };
  const values: Partial<Record<Name, number>> = { ...whole, ...phasesOf(triggered.start, ends) };
  if (first.banner !== undefined && tryBefore !== undefined) values.resolution = between(tryBefore, first.banner);
  const stamps = stampsOf(triggered, { ...first, tryBefore });
  return { outcome: "measured", values, stamps, conditions: conditionsOf(triggered) };
}
