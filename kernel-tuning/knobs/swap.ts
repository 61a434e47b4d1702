import { UserError } from "../../hosts/index.ts";
import type { Knob } from "./knob.ts";

/**
 * `off` for every swap device and file that is on; they come back with their priority. Priorities that nobody chose are the kernel's, which
 * gives a lower one to each that comes (swapon, mm/swapfile.c): the last goes off first, so that it comes back last.
 */
export const swap: Knob = {
  prefix: "swap",
  argument: /^devices$/,
  reads: () => [{ kind: "swap", name: "*" }],
  plan: (_, value, { view, earlier }) => {
    if (value !== "off") throw new UserError(`swap.devices: expected off, found ${value}`);
    const cells = [...view.values.keys()]
      .filter((key) => key.startsWith("swap "))
      .map((key) => ({ kind: "swap" as const, name: key.slice("swap ".length) }))
      .filter((cell) => earlier(cell) !== undefined)
      .reverse();
    return cells.length === 0 ? { notApplicable: "no swap is on" } : { cells: cells.map((cell) => ({ ...cell, wanted: "off" })) };
  },
};
