import { endTrial } from "./boot/stage.ts";
import { cellKey } from "./cells.ts";
import type { TuningHost } from "./host/port.ts";
import type { Baseline } from "./schema.ts";
import type { HostView } from "./view.ts";

export interface Look {
  readonly view: HostView;
  /** The host's own record, or what the state knows when the host has none. */
  readonly baseline: Baseline | undefined;
}

/**
 * A host and what is known of it as it was, with an open trial ended. `read` gives the values of what a baseline names; `accept` throws when
 * the record is somebody else's.
 */
export async function lookAt(
  host: TuningHost,
  read: (baseline: Baseline | undefined) => Promise<HostView>,
  { known, accept }: { readonly known?: Baseline | undefined; accept?(record: Baseline): void },
): Promise<Look> {
  const view = await read(known);
  const { record, digest } = view;
  const baseline = record ?? known;
  if (baseline === undefined) return { view, baseline };
  if (record !== undefined) accept?.(record);
  const asked = new Set(known?.cells.map(cellKey));
  // A run that was killed, or whose state is lost, has left a record that names more than was asked for.
  const more = baseline.cells.some((cell) => !asked.has(cellKey(cell)));
  // Whatever happens meanwhile, the record that was looked at is the one to replace.
  const again = async () => ({ ...(await read(baseline)), record, digest });
  const seen = more ? await again() : view;
  return { view: (await endTrial(host, seen)) ? await again() : seen, baseline };
}
