import { isDeepStrictEqual } from "node:util";
import { baselineFor } from "./baseline.ts";
import { bringCommandLine } from "./boot/stage.ts";
import { cellKey, type WantedCell } from "./cells.ts";
import { toWrite } from "./computed-anew.ts";
import { guarded, writeGuarded } from "./guard.ts";
import type { StepResult, TuningHost, WriteOrder } from "./host/port.ts";
import { type Look, lookAt } from "./look.ts";
import { withReadBack } from "./ours.ts";
import type { Claimant } from "./owner.ts";
import { cellsOf, type PlannedKnob, planKnobs, requestsFor } from "./plan.ts";
import { isManaged, reportKnob } from "./report.ts";
import { obsolete, planRestore } from "./restore.ts";
import type { Baseline, KnobReport, TuningInputs, TuningOutputs } from "./schema.ts";
import { type HostView, valueIn, valuesOf, viewOf } from "./view.ts";

interface Applied {
  readonly outputs: TuningOutputs;
  /** Knobs the kernel refused, and steps that failed. */
  readonly failures: readonly string[];
  readonly conflicts: readonly string[];
}

interface ApplyOptions {
  /** What the claimant's state knows; the host's own record goes before it. */
  readonly claimant: Claimant;
  readonly now: Date;
  /** When the claimant wrote last. */
  readonly lastWritten?: TuningOutputs["written"];
  /** Throws when the host's record is somebody else's. */
  accept(record: Baseline): void;
  /** Told before the first write: from now on a failure has left something behind. */
  writing(outputs: TuningOutputs): void;
}

/** Brings a host to a profile: one round trip to read, a second one when something has to be written. */
export async function applyProfile(host: TuningHost, inputs: TuningInputs, options: ApplyOptions): Promise<Applied> {
  const { view, old, planned, wanted, baseline } = await started(host, inputs, options);
  const leaving = obsolete(old, wanted);
  const back =
    leaving === undefined ? { steps: [], conflicts: [], waiting: [] } : planRestore(leaving, view, inputs.force ?? false);
  const unguarded = toWrite(wanted, view, back.steps);
  const { cells: changed, ...guard } = guarded(unguarded, view, { ...inputs, hasLink: host.link !== undefined });
  const kept = new Set([...wanted, ...back.waiting].map(cellKey));
  const lean = { ...baseline, cells: baseline.cells.filter((cell) => kept.has(cellKey(cell))) };
  const order: WriteOrder = {
    baseline,
    over: view.digest,
    steps: [...back.steps, ...changed.map(({ wanted: value, ...cell }) => ({ ...cell, value }))],
    readBack: baseline.cells.map(({ kind, name }) => ({ kind, name })),
    ...(leaving === undefined || leaving.cells.length === 0 ? {} : { afterwards: lean }),
    ...guard,
  };
  const isKept = view.record === undefined ? baseline.cells.length === 0 : isDeepStrictEqual(lean, view.record);
  const untouched = order.steps.length === 0 && isKept;
  const written = lastWrite(untouched, view, options);
  if (!untouched) options.writing({ ...blank(inputs, baseline), written });
  const answer = untouched ? { results: [], records: undefined } : await writeGuarded(host, order, inputs.host);
  const values = answer.records === undefined ? view.values : valuesOf(answer.records);
  const results = answer.results.slice(back.steps.length);
  const outcome = judge(planned, changed, results, values);
  const restored = failuresOf(order, answer.results.slice(0, back.steps.length));
  return {
    outputs: {
      ...inputs,
      baseline: asWritten(restored.length === 0 ? lean : baseline, values),
      reports: outcome.reports,
      readBack: Object.fromEntries(outcome.reports.map(({ knob, status, found }) => [knob, found === "" ? status : found])),
      managed: outcome.managed,
      written,
    },
    failures: [...restored, ...outcome.failures],
    conflicts: back.conflicts.map(({ name, wrote, found }) => `${name}: we set ${wrote}, somebody else ${found}`),
  };
}

/** The host with the kernel's command line that the profile wants, and what else it wants there. */
async function started(host: TuningHost, inputs: TuningInputs, options: ApplyOptions): Promise<Plan> {
  const seen = plan(await look(host, inputs, options), inputs, options);
  const writing = () => options.writing(blank(inputs, seen.baseline));
  const changed = await bringCommandLine(host, inputs, { ...seen, writing });
  return changed ? plan(await look(host, inputs, options), inputs, options) : seen;
}

function lastWrite(
  untouched: boolean,
  { bootId }: HostView,
  { now, lastWritten }: ApplyOptions,
): NonNullable<TuningOutputs["written"]> {
  return untouched && lastWritten !== undefined ? lastWritten : { at: now.toISOString(), bootId };
}

const blank = (inputs: TuningInputs, baseline: Baseline): TuningOutputs => ({
  ...inputs,
  baseline,
  reports: [],
  readBack: {},
  managed: [],
});

interface Plan {
  readonly view: HostView;
  readonly old: Baseline | undefined;
  readonly planned: readonly PlannedKnob[];
  readonly wanted: readonly WantedCell[];
  readonly baseline: Baseline;
}

function plan({ view, baseline: old }: Look, inputs: TuningInputs, { claimant, now }: ApplyOptions): Plan {
  const planned = planKnobs(inputs, view, old);
  const wanted = cellsOf(planned);
  const { owner, controller } = claimant;
  const baseline = baselineFor(wanted, view, old, { owner, controller, profile: inputs.profile, now: now.toISOString() });
  return { view, old, planned, wanted, baseline };
}

async function look(host: TuningHost, inputs: TuningInputs, { claimant, accept }: ApplyOptions): Promise<Look> {
  const read = async (known: Baseline | undefined) => viewOf(await host.read(requestsFor(inputs, known)), inputs.distribution);
  return await lookAt(host, read, { known: claimant.known, accept });
}

interface Judgement {
  readonly reports: readonly KnobReport[];
  readonly managed: readonly string[];
  readonly failures: readonly string[];
}

function judge(
  planned: readonly PlannedKnob[],
  changed: readonly WantedCell[],
  results: readonly (StepResult | undefined)[],
  values: ReadonlyMap<string, string>,
): Judgement {
  const managed = changed.filter((cell, index) => isManaged(cell, results[index])).map(cellKey);
  const messages = new Map(changed.map((cell, index) => [cellKey(cell), results[index]?.message ?? ""]));
  const reports = planned.map((knob) => reportKnob(knob, values, new Set(managed), messages));
  const failures = reports
    .filter(({ status }) => status === "refused")
    .map(
      ({ knob, expected, found, note }) =>
        `${knob}: expected ${expected}, found ${found}${note === undefined ? "" : `: ${note}`}`,
    );
  return { reports, managed, failures };
}

export function failuresOf(order: Pick<WriteOrder, "steps">, results: readonly (StepResult | undefined)[]): string[] {
  return results.flatMap((result, index) => {
    const step = order.steps[index];
    if (step === undefined || result?.exitCode === 0) return [];
    return [`${step.name}: could not be put back to ${step.value}: ${result?.message ?? "not reached"}`];
  });
}

/** What the kernel made of a value is what a restore has to recognise later. */
function asWritten(baseline: Baseline, values: ReadonlyMap<string, string>): Baseline {
  return { ...baseline, cells: baseline.cells.map((cell) => withReadBack(cell, valueIn(values, cell))) };
}
