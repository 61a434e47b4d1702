import type { SampleSeries } from "../../benchmarks/index.ts";
import type { SessionView } from "../view.ts";

type Series = SampleSeries["series"];

/** What was seen inside one counted sample: every request of a window, every token of a process. Never a unit of analysis. */
interface Inner {
  readonly sequence: number;
  readonly variant: string;
  readonly series: Series;
}

/** One request of a load window, in seconds; a failed one has an infinite latency. */
export interface Request {
  readonly due: number;
  readonly latency: number;
  readonly lateness: number;
}

export interface Gap {
  /** Of the token that ends the gap; the first token has none. */
  readonly position: number;
  readonly seconds: number;
}

/** Samples that count and have a series, by variant in the order of the session. */
export function innerByVariant({ data }: SessionView): ReadonlyMap<string, readonly Inner[]> {
  const found = data.samples.flatMap(({ sequence, variant, role, validity }): readonly Inner[] => {
    const series = data.series?.get(sequence);
    const counted = role === "measured" && (validity.status === "valid" || validity.status === "disturbed");
    return counted && series !== undefined ? [{ sequence, variant, series }] : [];
  });
  const variants = data.session.variants.map(({ id }) => [id, found.filter(({ variant }) => variant === id)] as const);
  return new Map(variants.filter(([, samples]) => samples.length > 0));
}

/** Requests that were due in the window; those of the warm-up were due before 0. Empty for a series without requests. */
export function requestsOf({ due = [], latency = [], lateness = [], status = [] }: Series): readonly Request[] {
  return due.flatMap((at, index) => {
    const answered = (status[index] ?? 0) >= 200 && (status[index] ?? 0) < 300;
    const seconds = answered ? (latency[index] ?? Number.NaN) : Number.POSITIVE_INFINITY;
    return at < 0 || Number.isNaN(seconds) ? [] : [{ due: at, latency: seconds, lateness: lateness[index] ?? 0 }];
  });
}

/** Gaps between the tokens of all requests that count: `gap.0` is the warm-up. Empty for a series without tokens. */
export function gapsOf(series: Series): readonly Gap[] {
  return Object.entries(series).flatMap(([name, gaps]) =>
    /^gap\.[1-9]\d*$/.test(name) ? gaps.map((seconds, index) => ({ position: index + 2, seconds })) : [],
  );
}

/** What happened inside all samples of a variant; without the variants of which nothing is known. */
export function eventsByVariant<Event>(
  view: SessionView,
  eventsOf: (series: Series) => readonly Event[],
): ReadonlyMap<string, readonly Event[]> {
  const all = [...innerByVariant(view)].map(
    ([variant, samples]) => [variant, samples.flatMap(({ series }) => eventsOf(series))] as const,
  );
  return new Map(all.filter(([, events]) => events.length > 0));
}
