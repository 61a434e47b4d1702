import type { Place } from "../define.ts";
import { limits } from "../validity/limits.ts";
import { median } from "./median.ts";

/** One host of the session: its measuring program, and what has been learnt about it so far. */
export interface SessionHost {
  readonly place: Place;
  /** Instructions are interpreted: nothing becomes quieter by measuring again. */
  readonly emulated: boolean;
  /** Share of CPU pressure down to which it is waited before a sample. */
  readonly settleLimit: number;
  /** Median of the control kernel so far; undefined before there are enough to tell. */
  controlMedian(): number | undefined;
  noteControl(seconds: number): void;
}

const ENOUGH = 3;

/** `floor`: CPU pressure at rest; a host that never comes below it is not waited for, and its samples are marked all the same. */
export function sessionHost(place: Place, emulated: boolean, floor: number): SessionHost {
  const controls: number[] = [];
  return {
    place,
    emulated,
    settleLimit: Math.max(limits.pressure, floor),
    controlMedian: () => (controls.length < ENOUGH ? undefined : median(controls)),
    noteControl: (seconds) => controls.push(seconds),
  };
}
