import { type Connection, createSshPool, UserError } from "../../hosts/index.ts";
import { restoreHost, shellHost } from "../../kernel-tuning/index.ts";
import { loadPlan, type PlannedHost, suggest, withSecrets } from "../../stacks/index.ts";
import { type Context, Exit, say } from "../context.ts";
import { openPulumi } from "../pulumi.ts";

interface Options {
  readonly stack: string;
  readonly force?: boolean;
}

/** `distrobench restore`: takes the tuning of a host back by what the host itself remembers, when the state is lost or a destroy could not. */
export async function restore(context: Context, name: string, options: Options): Promise<void> {
  const host = findHost(context, name, options.stack);
  const connection = await connectionOf(context, host, options.stack);
  const pool = createSshPool({ root: context.root, signal: context.signal });
  try {
    const transport = await pool.transport(connection);
    const force = options.force ?? false;
    const accept = ({ owner }: { readonly owner: string }) => refuseForeign(owner, name, options);
    const tuned = shellHost(transport, context.signal, {
      restartable: connection.kind !== "local",
      progress: (message) => context.stderr.isTTY === true && say(context, `  ${message}`),
    });
    const done = await restoreHost(tuned, { force, accept });
    if (done === undefined) say(context, `${name}: nothing to put back: it has no record of a tuning.`);
    else conclude(context, name, options.stack, done);
  } finally {
    await pool.close();
  }
}

function conclude(
  context: Context,
  name: string,
  stack: string,
  done: NonNullable<Awaited<ReturnType<typeof restoreHost>>>,
): void {
  say(context, `${name}: ${done.restored - done.failures.length} values put back.`);
  for (const line of [...done.failures, ...done.conflicts]) say(context, `  ${line}`);
  if (done.conflicts.length > 0)
    say(context, `Somebody else changed these since. To overwrite them: ./distrobench restore ${name} --stack ${stack} --force`);
  if (done.conflicts.length + done.failures.length > 0) throw new Exit(1);
}

function findHost(context: Context, name: string, stack: string): PlannedHost {
  const { hosts } = loadPlan(context.root, stack);
  const host = hosts.find((one) => one.name === name);
  if (host !== undefined) return host;
  const known = hosts.map((one) => one.name);
  const near = suggest(name, known);
  throw new UserError(`the stack ${stack} has no host ${name}${near === undefined ? "" : `; did you mean ${near}?`}`, {
    remedy: `Its hosts: ${known.join(", ")}. Another stack: --stack NAME`,
  });
}

function refuseForeign(owner: string, name: string, { stack, force }: Options): void {
  if (owner === `${stack}/${name}` || force === true) return;
  const [otherStack = "", otherHost = ""] = owner.split("/");
  throw new UserError(`the tuning on ${name} belongs to the stack ${otherStack}, where the host is called ${otherHost}`, {
    remedy: `./distrobench restore ${otherHost} --stack ${otherStack}, or --force`,
  });
}

async function connectionOf(context: Context, host: PlannedHost, stack: string): Promise<Connection> {
  const texts: string[] = [];
  for (const { reference } of host.secrets)
    texts.push(
      "env" in reference ? fromEnvironment(context, host, reference.env) : await fromPulumi(context, stack, reference.secret),
    );
  return withSecrets(host.connection, host.secrets, texts);
}

function fromEnvironment(context: Context, host: PlannedHost, name: string): string {
  const value = context.environment[name];
  if (value !== undefined && value !== "") return value;
  throw new UserError(`${host.name}: the environment variable ${name}, which the matrix names for a secret, is not set`, {
    remedy: `Set it for this run: ${name}=... ./distrobench restore ${host.name}`,
  });
}

async function fromPulumi(context: Context, stack: string, key: string): Promise<string> {
  const pulumi = await openPulumi(context, (line) => say(context, line));
  const { code, stdout, stderr } = await pulumi.capture(["config", "get", key, "--stack", stack]);
  if (code === 0) return stdout.trimEnd();
  throw new UserError(`the secret ${key} can't be read from the settings of ${stack}:\n${stderr.trim()}`, {
    remedy: `pulumi config set --secret ${key} --stack ${stack}`,
  });
}
