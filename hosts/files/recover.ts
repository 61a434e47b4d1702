import type { Transport } from "../transport.ts";
import { carryOut, look } from "./on-host.ts";
import { planReturn } from "./plan.ts";

interface RecoveredFiles {
  readonly restored: number;
  /** Paths that somebody else changed since: they were left alone, and the record stays. */
  readonly conflicts: readonly string[];
  /** Other `stack/host` that have records of files here. */
  readonly others: readonly string[];
}

/** Puts the files of `stack/host` back from the host's own records, the last written first. Rejects as a transport does. */
export async function restoreFiles(
  transport: Transport,
  options: { readonly owner: string; readonly force: boolean; readonly signal: AbortSignal },
): Promise<RecoveredFiles> {
  const { records } = (await look(transport, [], options.owner, options)).found;
  const hostOf = (owner: string) => owner.slice(0, owner.lastIndexOf("/"));
  const mine = records.filter(({ owner }) => hostOf(owner) === options.owner).map(({ owner }) => owner);
  const others = records.map(({ owner }) => hostOf(owner)).filter((owner) => owner !== options.owner);
  const conflicts: string[] = [];
  let restored = 0;
  // "after-packages" comes before "before-packages" in the alphabet, and was written later.
  for (const owner of mine.sort()) {
    const { found, record } = await look(transport, [], owner, options);
    if (record === undefined) continue;
    const plan = planReturn(record, found, options.force);
    if (plan.order !== undefined) await carryOut(transport, plan.order, options);
    restored += plan.order?.steps.length ?? 0;
    conflicts.push(...plan.conflicts);
  }
  return { restored, conflicts, others: [...new Set(others)].sort() };
}
