/** The candidate that was probably meant by a misspelt word, or `undefined` when none is near. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  const near = candidates
    // A length that differs by more is a distance of more: nobody meant a name by a word of a megabyte.
    .filter((candidate) => Math.abs(candidate.length - word.length) <= limit)
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.candidate;
}

/** The end of a sentence about an unknown word: `; did you mean NAME?`, or nothing when no candidate is near. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const near = suggest(word, candidates);
  return near === undefined ? "" : `; did you mean ${near}?`;
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other (optimal string alignment). */
function editDistance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) current.push(distanceAt(rows, current, from, to, row, column));
    rows.push(current);
  }
  return rows[from.length]?.[to.length] ?? Number.POSITIVE_INFINITY;
}

function distanceAt(rows: number[][], current: number[], from: string, to: string, row: number, column: number): number {
  const at = (line: number[] | undefined, index: number) => line?.[index] ?? Number.POSITIVE_INFINITY;
  const last = rows[row - 1];
  const substitution = at(last, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1);
  const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
  const swap = swapped ? at(rows[row - 2], column - 2) + 1 : Number.POSITIVE_INFINITY;
  return Math.min(at(last, column) + 1, at(current, column - 1) + 1, substitution, swap);
}
