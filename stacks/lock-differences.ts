import type { Lock, LockedHost, LockedImage } from "./lock-schema.ts";

/** One thing that is not as it was locked. */
export interface LockDifference {
  readonly where: string;
  readonly what: string;
  /** `undefined` where there was none. */
  readonly locked: string | undefined;
  readonly now: string | undefined;
}

const PLAIN = ["distribution", "release", "kernel", "architecture", "cpuModel", "cpus", "memoryBytes", "virtualisation"] as const;
const MAPS = ["packages", "engines", "tuning"] as const;

/** Everything in which a stack differs from its lock, in the order of the lock. Pure. */
export function lockDifferences(lock: Lock, now: Lock): LockDifference[] {
  const hosts = names(lock.hosts, now.hosts).flatMap((host) => hostDifferences(host, lock.hosts[host], now.hosts[host]));
  const images = names(lock.images, now.images).flatMap((image) => {
    const [was, is] = [lock.images[image], now.images[image]];
    return [
      ...plain(`image ${image}`, "base", was?.base, is?.base),
      ...contentDifferences(`image ${image}`, was, is),
      ...entries(`image ${image}`, "config digest on", was?.digests ?? {}, is?.digests ?? {}),
    ];
  });
  const benchmarks = names(lock.benchmarks, now.benchmarks).flatMap((name) =>
    plain(`benchmark ${name}`, "instrument", lock.benchmarks[name]?.instrument, now.benchmarks[name]?.instrument),
  );
  const models = entries("model", "sha256 of", lock.models, now.models);
  return [...plain("stack", "matrix", lock.matrix, now.matrix), ...hosts, ...images, ...models, ...benchmarks];
}

/** `runner: kernel 6.12.41 -> 6.12.48`. */
export function describeLockDifference({ where, what, locked, now }: LockDifference): string {
  return `${where}: ${what} ${locked ?? "absent"} -> ${now ?? "absent"}`;
}

function hostDifferences(host: string, was: LockedHost | undefined, is: LockedHost | undefined): LockDifference[] {
  if (was === undefined || is === undefined)
    return plain(host, "host", was === undefined ? undefined : "locked", is === undefined ? undefined : "there");
  return [
    ...PLAIN.flatMap((fact) => plain(host, fact, String(was[fact]), String(is[fact]))),
    ...MAPS.flatMap((map) => entries(host, map === "tuning" ? "knob" : map.slice(0, -1), was[map], is[map])),
  ];
}

/** A lock of an older distrobench says nothing about what a base consists of. */
function contentDifferences(where: string, was: LockedImage | undefined, is: LockedImage | undefined): LockDifference[] {
  if (was?.baseDigest === undefined) return [];
  return [
    ...plain(where, "base digest", was.baseDigest, is?.baseDigest),
    ...entries(where, "package", was.packages ?? {}, is?.packages ?? {}),
  ];
}

function entries(where: string, what: string, was: Readonly<Record<string, string>>, is: Readonly<Record<string, string>>) {
  return names(was, is).flatMap((name) => plain(where, `${what} ${name}`, was[name], is[name]));
}

function plain(where: string, what: string, locked: string | undefined, now: string | undefined): LockDifference[] {
  return locked === now ? [] : [{ where, what, locked, now }];
}

function names(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}
