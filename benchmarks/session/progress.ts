import { bytesText } from "../../hosts/index.ts";
import type { MetricDefinition } from "../results/schema.ts";
import type { Slot } from "./schedule.ts";

/** `block 3/10 debian-13/docker 1.05 s (2 min left)`. `value` is the primary metric as text, or why there is none. */
export function progressLine(slot: Slot, blocks: number, value: string, secondsLeft: number | undefined): string {
  const place = slot.role === "warm-up" ? "warm-up" : `block ${slot.block}/${blocks}`;
  return `${place} ${slot.variant} ${value}${secondsLeft === undefined ? "" : ` (${duration(secondsLeft)} left)`}`;
}

type Unit = MetricDefinition["unit"];

const texts: Readonly<Record<Unit, (value: number) => string>> = {
  s: shortSeconds,
  B: bytesText,
  "1/s": (value) => `${threeDigits(value)} /s`,
  ratio: (value) => `${threeDigits(100 * value)} %`,
  count: threeDigits,
};

/** In base units: `1.05 s`, `23.4 ms`, `32.7 MiB`, `12 /s`. */
export function shortValue(value: number, unit: Unit): string {
  return texts[unit](value);
}

function threeDigits(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function shortSeconds(seconds: number): string {
  return seconds < 1 ? `${threeDigits(seconds * 1000)} ms` : `${threeDigits(seconds)} s`;
}

/** `40 s`, `12 min`, `1.5 h`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
