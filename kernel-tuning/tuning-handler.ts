import {
  ConnectionError,
  type OperationContext,
  PartialFailure,
  type ResourceHandler,
  type Stored,
  UserError,
} from "../hosts/index.ts";
import { applyProfile } from "./apply.ts";
import type { TuningHost } from "./host/port.ts";
import { shellHost } from "./host/shell-host.ts";
import { liveKnobs } from "./live.ts";
import { restoreHost } from "./recover.ts";
import { type Baseline, type KnobValue, type TuningInputs, type TuningOutputs, tuningInputs } from "./schema.ts";

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
    create: async (context, inputs) => ({ id: `${inputs.host}/tuning`, outputs: await bring(open, context, inputs, undefined) }),
    read: async (context, stored) => await look(open, context, stored),
    update: async (context, stored, inputs) => await bring(open, context, inputs, stored.outputs.baseline),
    delete: async (context, stored) => await putBack(open, context, stored),
  };
}

/** Throws `UserError`, or `PartialFailure` once something was written. */
export const tuningHandler = createTuningHandler(overShell);

async function bring(
  open: OpenHost,
  context: OperationContext,
  inputs: TuningInputs,
  known: Baseline | undefined,
): Promise<TuningOutputs> {
  let begun: TuningOutputs | undefined;
  const apply = async () => {
    context.progress("reading knobs");
    return await applyProfile(await open(context, inputs), inputs, {
      owner: ownerOf(context, inputs),
      now: new Date(),
      known,
      accept: (record) => refuseForeign(context, inputs, record),
      writing: (outputs) => {
        begun = outputs;
        context.progress(`writing ${outputs.baseline.cells.length} values`);
      },
    });
  };
  try {
    const { outputs, failures, conflicts } = await context.exclusive(inputs.machine, apply);
    for (const conflict of conflicts) context.warn(`${inputs.host}: left alone: ${conflict}`);
    tell(context, inputs, outputs);
    if (failures.length > 0)
      throw new PartialFailure(
        `${inputs.host}/tuning`,
        outputs,
        failures.map((text) => `${inputs.host}: ${text}`),
      );
    return outputs;
  } catch (error) {
    if (begun === undefined || error instanceof PartialFailure) throw error;
    throw new PartialFailure(`${inputs.host}/tuning`, begun, [reasonOf(error)], { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof UserError && error.remedy !== undefined) return `${error.message}\n${error.remedy}`;
  return error instanceof Error ? error.message : String(error);
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
  try {
    const { view, drifted } = await liveKnobs(await open(context, inputs), outputs);
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
  try {
    const host = await open(context, inputs);
    const known = outputs.baseline;
    const options = { known, force: inputs.force ?? false, accept: (record: Baseline) => refuseForeign(context, inputs, record) };
    const done = await context.exclusive(inputs.machine, async () => await restoreHost(host, options));
    const force = `./distrobench restore ${inputs.host} --stack ${context.stack} --force puts them back all the same`;
    if (done !== undefined && done.conflicts.length > 0)
      context.warn(
        `${inputs.host}: somebody else changed what we had set, so it was left alone; ${force}\n  ${done.conflicts.join("\n  ")}`,
      );
    if (done !== undefined && done.failures.length > 0)
      throw new UserError(`${inputs.host}: ${done.failures.join("\n")}`, { remedy: "free what holds them, then destroy again" });
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    const later = `./distrobench restore ${inputs.host} --stack ${context.stack} puts it back from its own record when it can be reached`;
    context.warn(`${error.message}: its tuning was not taken back; ${later}`);
  }
}

function ownerOf(context: OperationContext, inputs: TuningInputs): string {
  return `${context.stack}/${inputs.host}`;
}

/** Two stacks that tune one host would each take the other's values for the host's own. */
function refuseForeign(context: OperationContext, inputs: TuningInputs, record: Baseline): void {
  if (record.owner === ownerOf(context, inputs)) return;
  const [stack = "", host = ""] = record.owner.split("/");
  throw new UserError(`${inputs.host} is tuned already, by ${record.owner} since ${record.at} (profile ${record.profile})`, {
    remedy: `./distrobench destroy ${stack}, or when that stack is lost: ./distrobench restore ${host} --stack ${stack}`,
  });
}
