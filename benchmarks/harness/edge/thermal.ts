import { monotonic, secondsBetween, sleep } from "../clock.ts";
import { run } from "../command.ts";
import { readOr } from "../conditions.ts";
import { namesIn } from "../folder.ts";

const ZONES = "/sys/class/thermal";
const COMMAND_SECONDS = 30;

/** Bits of `vcgencmd get_throttled`: 0-3 hold now, 16-19 have held since the boot (under-voltage, capped, throttled, soft limit). */
export function parseThrottled(text: string): number | undefined {
  const bits = /^throttled=(0x[0-9a-f]+)$/im.exec(text)?.[1];
  return bits === undefined ? undefined : Number(bits);
}

/** `undefined` on a host without `vcgencmd`, which only Raspberry Pi's firmware answers. */
export async function throttleBits(): Promise<number | undefined> {
  const found = await run(["vcgencmd", "get_throttled"], COMMAND_SECONDS).catch(() => undefined);
  return found?.code === 0 ? parseThrottled(found.stdout) : undefined;
}

/** Degrees Celsius of the processor's thermal zone, or of the first one; `undefined` where the kernel has none. */
export function celsius(): number | undefined {
  const zones = thermalZones().map((zone) => ({ type: readOr(`${zone}/type`).trim(), text: readOr(`${zone}/temp`).trim() }));
  const zone = zones.find(({ type }) => /^cpu/.test(type)) ?? zones[0];
  return zone === undefined || zone.text === "" ? undefined : Number(zone.text) / 1000;
}

function thermalZones(): readonly string[] {
  return namesIn(ZONES)
    .filter((name) => name.startsWith("thermal_zone"))
    .map((name) => `${ZONES}/${name}`);
}

/** Waits until `now()` is within `degrees` of `wanted`, or the time is over; what became of it is for the validity rules. */
export async function coolDown(
  wanted: number,
  { degrees, timeoutSeconds, now = celsius, pauseSeconds = 2 }: CoolDown,
): Promise<number | undefined> {
  const from = monotonic();
  let found = now();
  while (found !== undefined && Math.abs(found - wanted) > degrees && secondsBetween(from, monotonic()) < timeoutSeconds) {
    await sleep(pauseSeconds * 1000);
    found = now();
  }
  return found;
}

interface CoolDown {
  readonly degrees: number;
  readonly timeoutSeconds: number;
  readonly now?: () => number | undefined;
  readonly pauseSeconds?: number;
}
