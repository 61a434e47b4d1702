import { bestSplit, MINIMUM_SEGMENT, orderP } from "./best-split.ts";
import { median } from "./estimate.ts";
import { levelSplit } from "./level-split.ts";

/** A place in a series of sessions from which on its level is another. */
export interface ChangePoint {
  /** Of the first value at the new level. */
  readonly index: number;
  /** Of the value with which it could first be told: the series up to it shows the change, no shorter one does. */
  readonly found: number;
  /** Medians on both sides, each as far as the neighbouring change point. */
  readonly before: number;
  readonly after: number;
  readonly ratio: number;
  /** Of the hypothesis that the values between the neighbouring change points are in no order; resolution 1/10 000. */
  readonly p: number;
}

export interface ChangeOptions {
  /** Least relative change of level that counts, such as 0.05. */
  readonly magnitude: number;
  readonly seed: number;
}

const SIGNIFICANT = 0.001;
/** Of the places that are looked at more closely. */
const CANDIDATE = 0.01;
/** Shortest window that can hold a candidate: 2 / C(10, 5) is the first p below `CANDIDATE`. */
const SHORTEST_WINDOW = 10;

/**
 * Change points of a series, oldest value first, as Otava and Hunter look for them (windows, many candidates, of which those stay that hold
 * between their neighbours), on ranks: a candidate is the best split of a window by the exact Mann-Whitney test, and it stays where a
 * permutation test of the best split, between the neighbouring points, gives p <= 0.001 and the medians differ by the magnitude. Choosing
 * the split is part of what is permuted, so searching does not make changes. Rank 1 of n is rank 1 however far out it lies, so a spike
 * moves nothing. Where exactly it is, is then said by the values themselves (`levelSplit`). Deterministic. For some dozens of values: the
 * exact distributions of hundreds take seconds.
 */
export function changePoints(values: readonly number[], options: ChangeOptions): readonly ChangePoint[] {
  const search = { ...options, order: orderOf(values, options.seed) };
  return pointsOf(values, search).map((point) => ({ ...point, found: firstFound(values, point.index, search) }));
}

type Point = Omit<ChangePoint, "found">;

interface Search extends ChangeOptions {
  /** p of the hypothesis that values from an index up to another are in no order. */
  readonly order: (from: number, to: number) => number;
}

/** Every part once: shorter series of the same values ask for many of them again. */
function orderOf(values: readonly number[], seed: number): Search["order"] {
  const known = new Map<string, number>();
  return (from, to) => {
    const part = `${from} ${to}`;
    const p = known.get(part) ?? orderP(values.slice(from, to), { seed, limit: SIGNIFICANT });
    known.set(part, p);
    return p;
  };
}

function firstFound(values: readonly number[], index: number, search: Search): number {
  for (let length = index + MINIMUM_SEGMENT; length < values.length; length++)
    if (pointsOf(values.slice(0, length), search).some((point) => isNear(point.index, index))) return length - 1;
  return values.length - 1;
}

/** Places closer than the shortest segment are one place. */
function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) < MINIMUM_SEGMENT;
}

function pointsOf(values: readonly number[], search: Search): readonly Point[] {
  const kept = pruned(values, candidates(values), search);
  const places = moved(values, kept);
  const settled = places.every(({ index }, i) => index === kept[i]?.index);
  return (settled ? kept : pruned(values, places, search)).map(({ point }) => point);
}

/** Candidates, less those that do not hold between their neighbours: the least convincing goes first, and its neighbours are tried anew. */
function pruned(values: readonly number[], given: readonly Candidate[], search: Search): readonly Kept[] {
  let left = given;
  for (;;) {
    const kept = left.map((candidate, i) => {
      const place = { from: left[i - 1]?.index, index: candidate.index, to: left[i + 1]?.index };
      return { ...candidate, point: pointAt(values, place, search) };
    });
    const [weak] = kept.filter(({ point }) => !holds(point, search)).sort((a, b) => b.p - a.p);
    if (weak === undefined) return kept;
    left = left.filter(({ index }) => index !== weak.index);
  }
}

/** Each to where the level changes between its neighbours: the window that it comes from may have ended in the middle of a level. */
function moved(values: readonly number[], given: readonly Candidate[]): readonly Candidate[] {
  const places: Candidate[] = [];
  for (const [i, { index, p }] of given.entries()) {
    const from = places.at(-1)?.index ?? 0;
    const at = levelSplit(values.slice(from, given[i + 1]?.index));
    places.push({ index: at === undefined ? index : from + at, p });
  }
  return places;
}

function holds({ p, ratio }: Point, { magnitude }: ChangeOptions): boolean {
  return p <= SIGNIFICANT && Math.abs(Math.log(ratio)) >= Math.log1p(magnitude);
}

interface Candidate {
  readonly index: number;
  /** Exact p of the split in the window that shows it best. */
  readonly p: number;
}

interface Kept extends Candidate {
  readonly point: Point;
}

interface Place {
  readonly from: number | undefined;
  readonly index: number;
  readonly to: number | undefined;
}

function pointAt(values: readonly number[], { from = 0, index, to = values.length }: Place, { order }: Search): Point {
  const [before, after] = [median(values.slice(from, index)), median(values.slice(index, to))];
  return { index, before, after, ratio: after / before, p: order(from, to) };
}

/** Best splits of all windows, the most significant of neighbouring ones, in order. */
function candidates(values: readonly number[]): readonly Candidate[] {
  const found = windows(values.length)
    .map(({ from, to }) => ({ from, ...bestSplit(values.slice(from, to)) }))
    .filter(({ p }) => p <= CANDIDATE)
    .map(({ from, at, p }) => ({ index: from + at, p }))
    .sort((a, b) => a.p - b.p || a.index - b.index);
  const places: Candidate[] = [];
  for (const one of found) if (!places.some(({ index }) => isNear(index, one.index))) places.push(one);
  return places.sort((a, b) => a.index - b.index);
}

/** The whole, then halves and quarters of it as far as they can hold a candidate, each moved on by a quarter of its length. */
function windows(length: number): readonly { readonly from: number; readonly to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (let size = length; size >= SHORTEST_WINDOW; size = Math.ceil(size / 2)) {
    const step = Math.ceil(size / 4);
    for (let from = 0; from < length - size + step; from += step) {
      const start = Math.min(from, length - size);
      found.push({ from: start, to: start + size });
    }
  }
  return found;
}
