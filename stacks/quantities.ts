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

/** Text of a size within limits; `example` is what the message shows. */
export function size(example: Size, least: Size, most: Size): z.ZodType<Size, Size> {
  const error = `expected a size such as ${example}`;
  const fits = (text: string) => isWithin(mebibytes(text as Size), mebibytes(least), mebibytes(most));
  return z
    .string({ error })
    .regex(SIZE, { error, abort: true })
    .refine(fits, `expected at least ${least} and at most ${most}`) as unknown as z.ZodType<Size, Size>;
}

/** Above nothing, and up to the whole. */
export function percent(example: Percent): z.ZodType<Percent, Percent> {
  const error = `expected a share such as ${example}`;
  return z
    .string({ error })
    .regex(PERCENT, { error, abort: true })
    .refine(
      (text) => isWithin(fraction(text as Percent), Number.MIN_VALUE, 1),
      `expected a share above 0% and up to 100%, such as ${example}`,
    ) as unknown as z.ZodType<Percent, Percent>;
}

/** Up to a year. */
export function duration(example: Duration): z.ZodType<Duration, Duration> {
  const error = `expected a length of time such as ${example}, in s, min or h`;
  return z
    .string({ error })
    .regex(DURATION, { error, abort: true })
    .refine(
      (text) => isWithin(seconds(text as Duration), 1, YEAR),
      "expected at least 1s and at most 8760h",
    ) as unknown as z.ZodType<Duration, Duration>;
}

/** Seconds of 8760 hours. */
const YEAR = 8760 * 3600;

function isWithin(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
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
