import { celsius, coolDown, throttleBits } from "./thermal.ts";

/** The board around an accelerator, as far as a run needs it. What it does not tell is `undefined`. */
export interface Board {
  /** Degrees Celsius. */
  celsius(): number | undefined;
  /** Waits until the board is as warm as wanted, or for so long; its temperature then. */
  coolDown(wanted: number): Promise<number | undefined>;
  throttleBits(): Promise<number | undefined>;
}

/** Degrees Celsius at the first start of the session; absent before it, and on a board that does not tell. */
export interface FirstStart {
  celsius?: number;
}

/** Degrees Celsius from the first start of the session; the validity rule has the same limit. */
const DEGREES = 3;

/** This host's. */
export function thisBoard(coolDownSeconds: number): Board {
  return {
    ...{ celsius, throttleBits },
    coolDown: (wanted) => coolDown(wanted, { degrees: DEGREES, timeoutSeconds: coolDownSeconds }),
  };
}

interface OnBoard<Warm, Counted> {
  readonly warm: Warm;
  readonly counted: Counted;
  /** `throttle.before`, `celsius.start` and so on; what this host does not tell is absent. */
  readonly conditions: Readonly<Record<string, number>>;
}

/**
 * Warms up, lets the board become as warm as at the first start of the session, and then does what counts between two looks at the board.
 * The warm-up comes first, so that every start that counts has the same temperature. Rejects with what the two reject with.
 */
export async function onBoard<Warm, Counted>(
  board: Board,
  first: FirstStart,
  work: { warmUp(): Promise<Warm>; count(): Promise<Counted> },
): Promise<OnBoard<Warm, Counted>> {
  const warm = await work.warmUp();
  const start = first.celsius === undefined ? board.celsius() : await board.coolDown(first.celsius);
  if (first.celsius === undefined && start !== undefined) first.celsius = start;
  const before = await board.throttleBits();
  const counted = await work.count();
  const conditions = known({
    ...{ "throttle.before": before, "throttle.after": await board.throttleBits() },
    ...{ "celsius.first": first.celsius, "celsius.start": start, "celsius.end": board.celsius() },
  });
  return { warm, counted, conditions };
}

function known(values: Readonly<Record<string, number | undefined>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
