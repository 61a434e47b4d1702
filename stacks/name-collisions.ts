import type { Problem } from "./problems.ts";
import type { Matrix } from "./schema.ts";

/** Two names that a dash joins in the name of a resource, and where in the matrix the first of them stands. */
interface Pair {
  readonly names: readonly [string, string];
  readonly path: Problem["path"];
}

/**
 * Names that would make two resources of one name, such as the image `server` on the host `pi-edge` beside `server-pi` on `edge`: Pulumi
 * refuses the second one in the middle of a run. For a matrix that is right otherwise.
 */
export function nameCollisions(matrix: Matrix): Problem[] {
  return [images(matrix), models(matrix), steps(matrix)].flatMap(collisionsAmong);
}

function images({ benchmarks }: Matrix): Pair[] {
  return Object.values(benchmarks).flatMap(({ image, images: several = image === undefined ? [] : [image], hosts }) =>
    several.flatMap((name) => hosts.map((host) => ({ names: [name, host] as const, path: ["images", name] }))),
  );
}

function models({ benchmarks }: Matrix): Pair[] {
  return Object.values(benchmarks).flatMap(({ model, hosts }) =>
    model === undefined ? [] : hosts.map((host) => ({ names: [model, host] as const, path: ["models", model] })),
  );
}

function steps({ hosts, distributions }: Matrix): Pair[] {
  return Object.entries(hosts).flatMap(([host, { distribution, setup }]) =>
    [...(distributions[distribution]?.setup ?? []), ...setup].map(({ name }) => ({
      names: [host, name] as const,
      path: ["hosts", host],
    })),
  );
}

function collisionsAmong(pairs: readonly Pair[]): Problem[] {
  const known = new Map<string, Pair>();
  return pairs.flatMap((pair) => {
    const joined = pair.names.join("-");
    const other = known.get(joined);
    if (other === undefined) known.set(joined, pair);
    if (other === undefined || other.names[0] === pair.names[0]) return [];
    const [first, second] = [other, pair].map(({ names: [a, b] }) => `${a} with ${b}`);
    return [
      { path: pair.path, at: "key" as const, message: `${second} and ${first} would both be called ${joined}: rename one` },
    ];
  });
}
