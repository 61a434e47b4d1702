import { type Transport, UserError } from "../../hosts/index.ts";
import type { Drift } from "../results/schema.ts";
import type { BenchmarkInputs } from "../schema.ts";
import { driftWords } from "../validity/drift.ts";

export type KnobDrift = Omit<Drift, "host">;

/**
 * Reads a tuned host's knobs back in one round trip, and gives those that are otherwise than the tuning left them. Handed in where rooms
 * are wired: this one knows no knobs.
 */
export type ReadDrifts = (
  transport: Transport,
  tuned: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
) => Promise<readonly KnobDrift[]>;

type Hosts = ReadonlyMap<string, { drifts?(): Promise<readonly KnobDrift[]> }>;

/** Every tuned host at the same time, in their order. */
export async function driftsOf(hosts: Hosts): Promise<readonly Drift[]> {
  const all = [...hosts].map(async ([host, one]) => {
    const found = (await one.drifts?.()) ?? [];
    return found.map((drift) => ({ host, ...drift }));
  });
  return (await Promise.all(all)).flat();
}

/** Rejects with `UserError` when a host is not as its tuning left it: what is measured now would stand under values that are not there. */
export async function refuseDrifted(hosts: Hosts, { name, stack }: Pick<BenchmarkInputs, "name" | "stack">): Promise<void> {
  const drifts = await driftsOf(hosts);
  if (drifts.length === 0) return;
  const found = drifts.map((drift) => `\n  ${driftWords(drift)}`).join("");
  throw new UserError(`${name} was not measured, because the tuning has changed since it was set:${found}`, {
    remedy: `find out what changed it; ./distrobench up ${stack} sets it again and then measures`,
  });
}
