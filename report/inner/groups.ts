/** Points whose places lie beside each other. */
export interface Group<Point> {
  readonly from: number;
  readonly to: number;
  readonly points: readonly Point[];
}

/** Places drawn per variant, each with its median and its longest. */
export const PLACES = 250;

/** At most `most` groups of points by place, each of as many different places. */
export function groupsOf<Point>(
  points: readonly Point[],
  place: (point: Point) => number,
  most: number,
): readonly Group<Point>[] {
  const byPlace = new Map<number, Point[]>();
  for (const point of points) {
    const here = byPlace.get(place(point));
    if (here === undefined) byPlace.set(place(point), [point]);
    else here.push(point);
  }
  const places = [...byPlace.keys()].sort((a, b) => a - b);
  const size = Math.ceil(places.length / most);
  return Array.from({ length: Math.ceil(places.length / (size || 1)) }, (_, index) => {
    const own = places.slice(index * size, (index + 1) * size);
    return { from: own[0] ?? 0, to: own.at(-1) ?? 0, points: own.flatMap((at) => byPlace.get(at) ?? []) };
  });
}

/** Largest of finite values; 0 for none. */
export function largest(values: readonly number[]): number {
  return values.reduce((most, value) => (Number.isFinite(value) && value > most ? value : most), 0);
}

/** At most `most` items, evenly spaced, with the last. */
export function thinned<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, index) => items[Math.ceil(((index + 1) * items.length) / most) - 1]).flatMap((item) =>
    item === undefined ? [] : [item],
  );
}
