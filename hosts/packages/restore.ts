import type { DistributionName } from "../schema.ts";
import type { Transport } from "../transport.ts";
import { keepLeft, readRecord } from "./record.ts";
import { completeCut, type TakenAway, takeAway } from "./take-away.ts";

/**
 * Takes away what a `destroy` had to leave because others needed it, as far as they don't any more. `undefined` where no destroy left
 * anything: packages of a stack that is up are its own. Rejects as a transport does, and with `UserError` for a record that can't be
 * understood.
 */
export async function restorePackages(
  transport: Transport,
  {
    stack,
    distribution,
    signal,
  }: { readonly stack: string; readonly distribution: DistributionName; readonly signal: AbortSignal },
): Promise<TakenAway | undefined> {
  const kept = await readRecord(transport, stack, signal);
  if (kept?.left !== true) return undefined;
  const options = { signal, progress: () => undefined };
  await completeCut(transport, { distribution }, options);
  const taken = await takeAway(transport, { distribution }, kept.brought, options);
  await keepLeft(transport, stack, { left: taken.left, configured: kept.brought.configured ?? [] }, signal);
  return taken;
}
