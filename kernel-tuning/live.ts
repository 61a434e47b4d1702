import { z } from "zod";
import type { Transport } from "../hosts/index.ts";
import type { TuningHost } from "./host/port.ts";
import { shellHost } from "./host/shell-host.ts";
import { planKnobs, type Remembered, requestsFor } from "./plan.ts";
import { reportKnob } from "./report.ts";
import { baselineSchema, type KnobReport, rememberedCell, type TuningOutputs, tuningInputs } from "./schema.ts";
import { type HostView, viewOf } from "./view.ts";

/** A profile as it was last written to a host. */
type Written = Pick<TuningOutputs, "distribution" | "knobs" | "cpus" | "managed"> & { readonly baseline: Remembered };

/** The same as data that others keep and hand back: short, and without the knobs that can't be read back. */
const tunedSchema = tuningInputs.pick({ distribution: true, knobs: true, cpus: true }).extend({
  managed: z.array(z.string()),
  cells: z.array(rememberedCell),
});
type Tuned = z.output<typeof tunedSchema>;

/** Leaves out the knobs that a host does not have or refused. The baseline may be one that an older distrobench wrote. Pure. */
export function tunedOf(written: Omit<Written, "baseline"> & Pick<TuningOutputs, "baseline" | "reports">): Tuned {
  const { distribution, knobs, cpus, managed, baseline, reports } = written;
  const out = new Set(reports.flatMap(({ knob, status }) => (status === "not-applicable" || status === "refused" ? [knob] : [])));
  return {
    ...{
      distribution,
      managed: [...managed],
      cells: baselineSchema.parse(baseline).cells.map((cell) => rememberedCell.parse(cell)),
    },
    knobs: Object.fromEntries(Object.entries(knobs).filter(([knob]) => !out.has(knob))),
    ...(cpus === undefined ? {} : { cpus }),
  };
}

/** A host as it is now, with the knobs that are otherwise than they were written. One round trip. */
export async function liveKnobs(
  host: TuningHost,
  written: Written,
): Promise<{ readonly view: HostView; readonly drifted: readonly KnobReport[] }> {
  const view = viewOf(await host.read(requestsFor(written, written.baseline)), written.distribution);
  const managed = new Set(written.managed);
  const reports = planKnobs(written, view, written.baseline).map((knob) => reportKnob(knob, view.values, managed, new Map()));
  return { view, drifted: reports.filter(({ status }) => status === "refused") };
}

/**
 * Knobs of a host that are otherwise than its tuning left them, for who measures there. `tuned` is what `tunedOf` made, maybe read back
 * from the state. One round trip, or none where no knob is left. Rejects with `ConnectionError` or `CommandError`.
 */
export async function readDrifts(
  transport: Transport,
  tuned: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<readonly Pick<KnobReport, "knob" | "expected" | "found">[]> {
  const { cells, ...written } = tunedSchema.parse(tuned);
  if (Object.keys(written.knobs).length === 0) return [];
  const { drifted } = await liveKnobs(shellHost(transport, signal), { ...written, baseline: { cells } });
  return drifted.map(({ knob, expected, found }) => ({ knob, expected, found }));
}
