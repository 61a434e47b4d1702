import {
  ConnectionError,
  expectGone,
  keepingBegun,
  type OperationContext,
  PartialFailure,
  type ResourceHandler,
  type Stored,
  UserError,
} from "../hosts/index.ts";
import { applyProfile } from "./apply.ts";
import { controllerOf } from "./controller.ts";
import type { TuningHost } from "./host/port.ts";
import { shellHost } from "./host/shell-host.ts";
import { liveKnobs } from "./live.ts";
import { type Claimant, isOwn, ownerWords, RecordTaken, wayOn } from "./owner.ts";
import { restoreHost } from "./recover.ts";
import { type Baseline, baselineSchema, type KnobValue, type TuningInputs, type TuningOutputs, tuningInputs } from "./schema.ts";

type OpenHost = (context: OperationContext, inputs: TuningInputs) => Promise<TuningHost>;
type State = Stored<TuningInputs, TuningOutputs>;

const overShell: OpenHost = async (context, inputs) =>
  shellHost(await context.transport(inputs.connection), context.signal, {
    local: inputs.connection.kind === "local",
    progress: (message) => context.progress(message),
  });

/** A profile applied to a host, kept as it is, and taken back exactly. `open` gives the host; tests give one that lives in memory. */
export function createTuningHandler(open: OpenHost): ResourceHandler<TuningInputs, TuningOutputs> {
  return {
    token: "distrobench:tuning:Tuning",
    inputs: tuningInputs,
    replaceOn: ["host"],
    notInDiff: ["connection", "machine", "force", "confirmSeconds"],
    secrets: ["connection"],
    refreshBeforeUpdate: true,
    create: async (context, inputs) => ({ id: idOf(inputs), outputs: await bring(open, context, inputs, {}) }),
    read: async (context, stored) => await look(open, context, stored),
    update: async (context, stored, inputs) => await bring(open, context, inputs, stored.outputs),
    delete: async (context, stored) => await putBack(open, context, stored),
  };
}

/** Throws `UserError`, or `PartialFailure` once something was written. */
export const tuningHandler = createTuningHandler(overShell);

const idOf = ({ host }: TuningInputs): string => `${host}/tuning`;

async function bring(
  open: OpenHost,
  context: OperationContext,
  inputs: TuningInputs,
  stored: Partial<Pick<TuningOutputs, "baseline" | "written">>,
): Promise<TuningOutputs> {
  const apply = async (begun: (outputs: TuningOutputs) => void) => {
    context.progress("reading knobs");
    const claimant = claimantOf(context, inputs, knownOf(stored));
    return await applyProfile(await open(context, inputs), inputs, {
      claimant,
      now: new Date(),
      ...(stored.written === undefined ? {} : { lastWritten: stored.written }),
      accept: (record) => refuseForeign(inputs.host, record, claimant),
      writing: (outputs) => {
        begun(outputs);
        context.progress(`writing ${outputs.baseline.cells.length} values`);
      },
    });
  };
  return await keepingBegun<TuningOutputs>({
    id: idOf(inputs),
    leftNothing: (error) => error instanceof RecordTaken,
    work: async (begun) => {
      const { outputs, failures, conflicts } = await context.exclusive(inputs.machine, async () => await apply(begun));
      for (const conflict of conflicts) context.warn(`${inputs.host}: left alone: ${conflict}`);
      tell(context, inputs, outputs);
      if (failures.length === 0) return outputs;
      const reasons = failures.map((text) => `${inputs.host}: ${text}`);
      throw new PartialFailure(idOf(inputs), outputs, reasons);
    },
  });
}

/** What is other than a reader of the profile would think. */
function tell(context: OperationContext, inputs: TuningInputs, { reports }: TuningOutputs): void {
  for (const { knob, status, note } of reports)
    if (status === "substituted" || status === "managed" || status === "unsupported")
      context.warn(`${inputs.host}: ${knob}: ${note}`);
  const absent = reports.filter(({ status }) => status === "not-applicable").map(({ knob }) => knob);
  if (absent.length > 0) context.info(`${inputs.host}: not applicable here: ${absent.join(", ")}`);
}

/**
 * Knobs as the host has them: where all is as planned the profile's own value, so that only drift differs. The outputs keep what was
 * last applied: the inputs may hold drift that an earlier read found.
 */
async function look(
  open: OpenHost,
  context: OperationContext,
  stored: State,
): Promise<{ inputs: TuningInputs; outputs: TuningOutputs }> {
  const { inputs, outputs } = stored;
  const known = knownOf(outputs);
  try {
    const written = { ...outputs, baseline: known ?? { cells: [] } };
    const { view, drifted } = await liveKnobs(await open(context, inputs), written);
    if (view.trial !== undefined) context.warn(`${inputs.host}: ${trialWords(view.trial)}`);
    for (const { knob, expected, found } of drifted)
      context.warn(`${inputs.host}: ${knob}: expected ${expected}, found ${found}`);
    const found: Record<string, KnobValue> = Object.fromEntries(drifted.map((report) => [report.knob, report.found]));
    return { inputs: { ...inputs, knobs: { ...outputs.knobs, ...found } }, outputs };
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    context.warn(`${error.message}: its tuning is taken as it was`);
    return { inputs, outputs };
  }
}

function trialWords(trial: string): string {
  return trial === "open"
    ? "a start with another command line was begun and not followed to its end"
    : `a start with another command line was not confirmed in time, so the host undid it at ${trial}`;
}

async function putBack(open: OpenHost, context: OperationContext, { inputs, outputs }: State): Promise<void> {
  const known = knownOf(outputs);
  const claimant = claimantOf(context, inputs, known);
  const accept = (record: Baseline) => refuseForeign(inputs.host, record, claimant);
  const options = { ...(known === undefined ? {} : { known }), force: inputs.force ?? false, accept };
  try {
    const host = await open(context, inputs);
    conclude(context, inputs.host, await context.exclusive(inputs.machine, async () => await restoreHost(host, options)));
  } catch (error) {
    context.warn(`${expectGone(error, inputs.connection, context.stack).message}: its tuning is given up`);
  }
}

function conclude(context: OperationContext, host: string, done: Awaited<ReturnType<typeof restoreHost>>): void {
  const { conflicts, waiting, failures } = done ?? { conflicts: [], waiting: [], failures: [] };
  const restore = `./distrobench restore ${host} --stack ${context.stack}`;
  const force = `${restore} --force puts them back all the same`;
  if (conflicts.length > 0)
    context.warn(`${host}: somebody else changed what we had set, so it was left alone; ${force}\n  ${conflicts.join("\n  ")}`);
  if (waiting.length > 0)
    context.warn(
      `${host}: not put back, because CPUs are offline that come back with it; the host keeps the record, and once they are online ${restore} goes on\n  ${waiting.join("\n  ")}`,
    );
  if (failures.length > 0)
    throw new UserError(`${host}: ${failures.join("\n")}`, { remedy: "free what holds them, then destroy again" });
}

/** What the state knows: nothing, of a create that was killed; another version, where an older distrobench wrote it. */
function knownOf({ baseline }: { readonly baseline?: Baseline }): Baseline | undefined {
  return baseline === undefined ? undefined : baselineSchema.parse(baseline);
}

function claimantOf(context: OperationContext, inputs: TuningInputs, known: Baseline | undefined): Claimant {
  return { owner: `${context.stack}/${inputs.host}`, controller: controllerOf(context.root), known };
}

/** Two stacks, or two checkouts, that tune one host would each take the other's values for the host's own. */
function refuseForeign(host: string, record: Baseline, claimant: Claimant): void {
  if (isOwn(record, claimant)) return;
  throw new UserError(`${host} is tuned already, by ${ownerWords(record)} (profile ${record.profile})`, {
    remedy: wayOn(record, claimant),
  });
}
