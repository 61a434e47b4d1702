import type { Slot } from "./schedule.ts";

/** `block 3/10 debian-13/docker 1.05 s (2 min left)`. `value` is the primary metric as text, or why there is none. */
export function progressLine(slot: Slot, blocks: number, value: string, secondsLeft: number | undefined): string {
  const place = slot.role === "warm-up" ? "warm-up" : `block ${slot.block}/${blocks}`;
  return `${place} ${slot.variant} ${value}${secondsLeft === undefined ? "" : ` (${duration(secondsLeft)} left)`}`;
}

/** Three significant digits: `1.05 s`, `23.4 ms`. */
export function shortSeconds(seconds: number): string {
  return seconds < 1 ? `${Number((seconds * 1000).toPrecision(3))} ms` : `${Number(seconds.toPrecision(3))} s`;
}

/** `40 s`, `12 min`, `1.5 h`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
