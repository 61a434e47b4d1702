/** The upstream part of a package's version, digits and dots only: `1:26.1.5+dfsg1-9` gives `26.1.5`. */
export function upstreamVersion(version: string): string {
  return /^(?:\d+:)?v?(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? version;
}

/** Compares number by number: `26.1` is at least `24`, and `4` is at least `4.0`. */
export function isAtLeast(version: string, minimum: string): boolean {
  const have = numbers(version);
  const need = numbers(minimum);
  const index = need.findIndex((number, position) => (have[position] ?? 0) !== number);
  return index === -1 || (have[index] ?? 0) > (need[index] ?? 0);
}

function numbers(version: string): number[] {
  return upstreamVersion(version).split(".").map(Number);
}
