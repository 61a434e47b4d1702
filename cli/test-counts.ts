export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NOTHING: Counts = { passed: 0, failed: 0, skipped: 0 };

/** Reads the closing lines of node:test, in its spec or TAP form. A cancelled test did not pass, so it counts as failed. */
export function countsOf(output: string): Counts {
  const closing = (name: string) => {
    const lines = [...output.matchAll(new RegExp(`^(?:#|\\u2139|\\S*i) ${name} (\\d+)\\s*$`, "gmu"))];
    return Number(lines.at(-1)?.[1] ?? 0);
  };
  return {
    passed: closing("pass"),
    failed: closing("fail") + closing("cancelled"),
    skipped: closing("skipped") + closing("todo"),
  };
}

export function addCounts(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}
