import { UserError } from "../hosts/index.ts";
import type { KnobValue } from "./schema.ts";
import { coresOf } from "./topology.ts";
import type { HostView } from "./view.ts";

/** The value for this host, or `undefined` when no condition holds. Throws `UserError` on a kernel range that is none. */
export function valueFor(
  value: KnobValue,
  view: Pick<HostView, "kernel" | "distribution" | "online" | "siblings">,
): string | undefined {
  if (typeof value === "string") return value;
  return value.find(
    ({ kernel, distributions, atLeastCores = 0 }) =>
      (kernel === undefined || kernelIn(view.kernel, kernel)) &&
      (distributions === undefined || distributions.includes(view.distribution)) &&
      coresOf(view) >= atLeastCores,
  )?.value;
}

/** Whether a kernel lies in a range such as `>=5.13 <6.6`. */
export function kernelIn([major, minor]: readonly [number, number], range: string): boolean {
  return range.split(/\s+/).every((part) => {
    const match = /^(>=|<=|>|<|=)(\d+)\.(\d+)$/.exec(part);
    if (match === null)
      throw new UserError(`${JSON.stringify(range)} is no range of kernels`, { remedy: "write it as >=5.13 <6.6" });
    const difference = major - Number(match[2]) || minor - Number(match[3]);
    return comparisons[match[1] ?? "="]?.(difference) ?? false;
  });
}

const comparisons: Readonly<Record<string, (difference: number) => boolean>> = {
  ">=": (difference) => difference >= 0,
  "<=": (difference) => difference <= 0,
  ">": (difference) => difference > 0,
  "<": (difference) => difference < 0,
  "=": (difference) => difference === 0,
};

/** `>N` raises to N and never lowers, `<N` lowers to N and never raises; `a|b` is the first that is offered. */
export function settle(value: string, earlier: string, offered: readonly string[]): string {
  const [, direction, limit] = /^([<>])(\d+)$/.exec(value) ?? [];
  if (direction !== undefined && limit !== undefined) return bounded(direction, BigInt(limit), earlier);
  const words = value.split("|");
  return words.find((word) => offered.includes(word)) ?? words[0] ?? value;
}

function bounded(direction: string, limit: bigint, earlier: string): string {
  const now = /^\d+$/.test(earlier) ? BigInt(earlier) : limit;
  const keeps = direction === ">" ? now > limit : now < limit;
  return String(keeps ? now : limit);
}
