import { z } from "zod";

const SIZE = /^(\d+)(MiB|GiB)$/;
const DURATION = /^(\d+)(s|min|h)$/;
const PERCENT = /^(\d+(?:\.\d+)?)%$/;

/** A size as written in a matrix, such as `512MiB` or `2GiB`. */
export type Size = `${number}${"MiB" | "GiB"}`;
/** A length of time as written in a matrix, such as `20min`. */
export type Duration = `${number}${"s" | "min" | "h"}`;
/** A share as written in a matrix, such as `10%`. */
export type Percent = `${number}%`;

/** Text of a size; `example` is what the message shows. */
export function size(example: Size): z.ZodType<Size, Size> {
  const error = `expected a size such as ${example}`;
  return z.string({ error }).regex(SIZE, { error }) as unknown as z.ZodType<Size, Size>;
}

export function percent(example: Percent): z.ZodType<Percent, Percent> {
  const error = `expected a share such as ${example}`;
  return z.string({ error }).regex(PERCENT, { error }) as unknown as z.ZodType<Percent, Percent>;
}

export function duration(example: Duration): z.ZodType<Duration, Duration> {
  const error = `expected a length of time such as ${example}, in s, min or h`;
  return z.string({ error }).regex(DURATION, { error }) as unknown as z.ZodType<Duration, Duration>;
}

/** `20min` -> 1200. Throws `RangeError` on text that the schema would have refused. */
export function seconds(text: Duration): number {
  const match = DURATION.exec(text);
  if (match === null) throw new RangeError(`not a length of time: ${text}`);
  return Number(match[1]) * { s: 1, min: 60, h: 3600 }[match[2] as "s" | "min" | "h"];
}

/** `2GiB` -> 2048. Throws `RangeError` on text that the schema would have refused. */
export function mebibytes(text: Size): number {
  const match = SIZE.exec(text);
  if (match === null) throw new RangeError(`not a size: ${text}`);
  return Number(match[1]) * (match[2] === "GiB" ? 1024 : 1);
}

/** `10%` -> 0.1. Throws `RangeError` on text that the schema would have refused. */
export function fraction(text: Percent): number {
  const match = PERCENT.exec(text);
  if (match === null) throw new RangeError(`not a share: ${text}`);
  return Number(match[1]) / 100;
}
