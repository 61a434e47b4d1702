import { distributionOf } from "../distribution.ts";
import type { PackagesInputs } from "../schema.ts";
import type { Transport } from "../transport.ts";
import type { Brought } from "./record.ts";

/** Seconds. */
export const REMOVE_SECONDS = 1800;

export interface TakenAway {
  readonly removed: readonly string[];
  /** Still installed, because others need them. */
  readonly left: readonly string[];
  /** Whose need that is: packages that are none of ours. */
  readonly neededBy: readonly string[];
}

/**
 * Brings to its end what a killed run left in the middle; comes before everything that asks the host for its packages. Rejects with
 * `CommandError` or `ConnectionError`; may be repeated.
 */
export async function completeCut(
  transport: Transport,
  { distribution }: Pick<PackagesInputs, "distribution">,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  await transport.run(distributionOf(distribution).packages.complete, { signal, timeoutSeconds: REMOVE_SECONDS });
}

/**
 * Removes those of our packages that are still there, all but what packages of somebody else need, themselves or through others. Rejects
 * with `CommandError` or `ConnectionError`; may be repeated.
 */
export async function takeAway(
  transport: Transport,
  { distribution }: Pick<PackagesInputs, "distribution">,
  { added: ours, configured = [] }: Pick<Brought, "added" | "configured">,
  { signal, progress }: { readonly signal: AbortSignal; progress(message: string): void },
): Promise<TakenAway> {
  const { packages } = distributionOf(distribution);
  const run = async (script: Parameters<Transport["run"]>[0]) =>
    (await transport.run(script, { signal, timeoutSeconds: REMOVE_SECONDS })).stdout;
  const text = await run(packages.listInstalled);
  const there = new Set(packages.parsePresent?.(text) ?? packages.parseInstalled(text).keys());
  const removedAlready = new Set(packages.parseConfigured?.(text));
  const present = ours.filter((name) => there.has(name) && !(removedAlready.has(name) && configured.includes(name)));
  if (present.length === 0) return { removed: [], left: [], neededBy: [] };
  const goes = packages.parseRemoval(await run(packages.simulateRemoval(present)));
  const neededBy = goes.filter((name) => !present.includes(name));
  const unneeded = neededBy.length === 0 ? present : packages.parseRemoval(await run(packages.simulateUnneeded(present)));
  const isFree = (name: string) => unneeded.includes(name) || removedAlready.has(name);
  const removed = present.filter(isFree);
  const left = present.filter((name) => !isFree(name));
  if (removed.length > 0) {
    progress(`removing ${removed.length} packages`);
    await run(packages.remove(removed, configured));
  }
  if (left.length > 0) await run(packages.leave(left));
  return { removed, left, neededBy: left.length === 0 ? [] : neededBy };
}
