import { createHash } from "node:crypto";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import {
  type Connection,
  confirmStep,
  guardStep,
  type StepGuard,
  stepCommand,
  stepInput,
  undoGuardedStep,
} from "../hosts/index.ts";
import type { LabMachine } from "../hosts/lab/resource.ts";
import { Files, type Host } from "../hosts/resource.ts";
import { commandConnection } from "./command-connection.ts";
import { secretOutput } from "./connections.ts";
import type { PlannedHost } from "./plan.ts";
import { confirmationOf, type Phase, type PlannedFile, type PlannedStep } from "./plan-steps.ts";
import type { SecretReference } from "./schema.ts";
import { readSource } from "./source-files.ts";

/** A host whose steps are declared. */
interface Place {
  readonly root: string;
  readonly planned: PlannedHost;
  readonly connection: pulumi.Output<Connection>;
  readonly machine: LabMachine | undefined;
  readonly host: Host;
}

/** Declares a host's files and then its steps of one phase, one behind the other. Returns what later resources wait for. */
export function declareOwn(place: Place, phase: Phase, after: pulumi.Resource): pulumi.Resource {
  const files = place.planned.files.filter((file) => file.phase === phase);
  const steps = place.planned.setup.filter((step) => step.phase === phase);
  const start = files.length === 0 ? after : declareFiles(place, phase, files, after);
  return steps.reduce<pulumi.Resource>((last, step) => declareStep(place, step, last), start);
}

/** What of a host's own steps and files a result depends on. A secret counts by its name: its value could be guessed from a digest. */
export function ownDigests(root: string, { setup, files }: PlannedHost): Record<string, string> {
  const steps = setup.map(({ name, run, environment, triggers }) => [`setup ${name}`, sha256([run, environment, triggers])]);
  const copied = files.map(({ target, mode, owner, content }) => {
    const digest = "source" in content ? sha256(readSource(root, content.source)) : sha256(content);
    return [`file ${target}`, `${mode} ${owner} ${digest}`];
  });
  return Object.fromEntries([...steps, ...copied]);
}

function declareFiles(place: Place, phase: Phase, files: readonly PlannedFile[], after: pulumi.Resource): Files {
  const { planned, connection, root } = place;
  const read = files.map(({ target, mode, owner, content }) => {
    const base64 =
      "source" in content
        ? pulumi.output(readSource(root, content.source).toString("base64"))
        : secretOutput(planned.name, content.reference).apply((text) => Buffer.from(text).toString("base64"));
    const digest = base64.apply((text) => sha256(Buffer.from(text, "base64")));
    return { target, base64, wanted: { mode, owner, sha256: digest } };
  });
  const args = {
    ...{ host: planned.name, connection, phase },
    files: pulumi.output(Object.fromEntries(read.map(({ target, wanted }) => [target, wanted]))),
    contents: pulumi.secret(Object.fromEntries(read.map(({ target, base64 }) => [target, base64]))),
  };
  return new Files(`${planned.name}-${phase}`, args, { dependsOn: after });
}

function declareStep(place: Place, step: PlannedStep, after: pulumi.Resource): pulumi.Resource {
  const { planned, machine } = place;
  const { run, undo, update } = step;
  const guard = guardOf(planned, step);
  const environment = pulumi.all(
    Object.fromEntries(Object.entries(step.environment).map(([name, value]) => [name, plainOrSecret(planned.name, value)])),
  );
  // The plugin runs `update` for every change, of the address too; an unchanged step must not run again then.
  const guarding = guard === undefined ? [] : [guard.seconds];
  const own = update === undefined ? [environment.apply((values) => sha256([run, values, ...guarding]))] : [];
  const triggers = [...own, ...step.triggers, ...(machine === undefined ? [] : [machine.id])];
  const name = `${planned.name}-${step.name}`;
  const secret = becomesByPassword(planned) || Object.values(step.environment).some((value) => typeof value !== "string");
  const scripts =
    guard === undefined
      ? { create: run, update, delete: undo }
      : { create: guardStep(run, guard), delete: undoGuardedStep(guard) };
  const done = declareCommand(place, name, { scripts, environment, triggers, secret }, after);
  if (guard === undefined) return done;
  const confirmation = {
    ...{ scripts: { create: confirmStep(guard) }, environment: pulumi.output<Record<string, string>>({}), triggers },
    ...{ secret: becomesByPassword(planned), outlast: guard.seconds },
  };
  return declareCommand(place, confirmationOf(name), confirmation, done);
}

/** A resource of the command plugin. */
interface Declared {
  readonly scripts: { readonly create: string; readonly update?: string | undefined; readonly delete?: string | undefined };
  readonly environment: pulumi.Output<Readonly<Record<string, string>>>;
  readonly triggers: pulumi.Input<string | number | boolean>[];
  /** Whether there is a secret on its standard input, which it might print. */
  readonly secret: boolean;
  /** For how many seconds its connection is tried at least. */
  readonly outlast?: number;
}

function declareCommand(
  place: Place,
  name: string,
  { scripts, environment, triggers, secret, outlast }: Declared,
  after: pulumi.Resource,
): pulumi.Resource {
  const { planned, host } = place;
  // A local one ends with the plugin that runs it; only others must be found again.
  const findable = planned.connection.kind === "local" ? undefined : pulumi.getStack();
  const become = (text: string) => stepCommand(becomeOf(planned), text, findable);
  const args = {
    create: become(scripts.create),
    update: scripts.update === undefined ? ":" : become(scripts.update),
    ...(scripts.delete === undefined ? {} : { delete: become(scripts.delete) }),
    stdin: pulumi.all([place.connection, environment]).apply(([connection, values]) => inputOf(connection, values, secret)),
    triggers,
    logging: secret ? ("none" as const) : ("stdoutAndStderr" as const),
    addPreviousOutputInEnv: false,
  };
  const options = {
    // The stack shows a host's steps below it, and the command line finds them there when the host never comes back.
    parent: host,
    dependsOn: after,
    deleteBeforeReplace: true,
    additionalSecretOutputs: secret ? ["stdout", "stderr", "stdin"] : [],
  };
  if (planned.connection.kind === "local") return new command.local.Command(name, args, options);
  return new command.remote.Command(name, { ...args, connection: commandConnection(place, outlast) }, options);
}

function guardOf({ name: host }: PlannedHost, { name: step, confirmSeconds: seconds, undo }: PlannedStep): StepGuard | undefined {
  if (seconds === undefined || undo === undefined) return undefined;
  return { stack: pulumi.getStack(), host, step, seconds, undo };
}

/** Standard input is the only place of a secret; without one it is shown. */
function inputOf(connection: Connection, environment: Readonly<Record<string, string>>, secret: boolean): pulumi.Output<string> {
  const become = connection.kind === "lab" ? undefined : connection.become;
  const text = stepInput(become, environment);
  return secret ? pulumi.secret(text) : pulumi.unsecret(pulumi.output(text));
}

function plainOrSecret(host: string, value: string | SecretReference): pulumi.Input<string> {
  return typeof value === "string" ? value : secretOutput(host, value);
}

/** Whether there is a password changes the command, so it must be known without its value. */
function becomeOf({ connection, secrets }: PlannedHost) {
  if (connection.kind === "lab" || connection.become === undefined) return undefined;
  return { ...connection.become, ...(becomesByPassword({ secrets }) ? { password: "" } : {}) };
}

function becomesByPassword({ secrets }: Pick<PlannedHost, "secrets">): boolean {
  return secrets.some(({ path }) => path[0] === "become");
}

function sha256(value: unknown): string {
  const content = Buffer.isBuffer(value) ? value : JSON.stringify(value);
  return createHash("sha256").update(content).digest("hex");
}
