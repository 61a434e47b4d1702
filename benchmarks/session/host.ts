import type { Place } from "../define.ts";
import { median } from "./median.ts";

/** One host of the session: its measuring program, and what has been learnt about it so far. */
export interface SessionHost {
  readonly place: Place;
  /** Instructions are interpreted: nothing becomes quieter by measuring again. */
  readonly emulated: boolean;
  /** Highest share of CPU pressure that counts as quiet. */
  readonly pressureLimit: number;
  /** Median of the control kernel so far; undefined before there are enough to tell. */
  controlMedian(): number | undefined;
  noteControl(seconds: number): void;
}

/** The rule of the specification; a host that is busier at rest has its own floor instead. */
const QUIET = 0.05;
const ENOUGH = 3;

export function sessionHost(place: Place, emulated: boolean, floor: number): SessionHost {
  const controls: number[] = [];
  return {
    place,
    emulated,
    pressureLimit: Math.max(QUIET, floor),
    controlMedian: () => (controls.length < ENOUGH ? undefined : median(controls)),
    noteControl: (seconds) => controls.push(seconds),
  };
}
