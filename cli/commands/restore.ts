import { createSshPool, UserError } from "../../hosts/index.ts";
import { restoreHost, shellHost } from "../../kernel-tuning/index.ts";
import { loadPlan } from "../../stacks/index.ts";
import { connector, namedHost } from "../connect.ts";
import { type Context, Exit, say } from "../context.ts";

interface Options {
  readonly stack: string;
  readonly force?: boolean;
}

/** `distrobench restore`: takes the tuning of a host back by what the host itself remembers, when the state is lost or a destroy could not. */
export async function restore(context: Context, name: string, options: Options): Promise<void> {
  const host = namedHost(loadPlan(context.root, options.stack).hosts, name, options.stack);
  const connection = await connector(context, options.stack)(host);
  const pool = createSshPool({ root: context.root, signal: context.signal });
  try {
    const transport = await pool.transport(connection);
    const force = options.force ?? false;
    const accept = ({ owner }: { readonly owner: string }) => refuseForeign(owner, name, options);
    const tuned = shellHost(transport, context.signal, {
      local: connection.kind === "local",
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

function refuseForeign(owner: string, name: string, { stack, force }: Options): void {
  if (owner === `${stack}/${name}` || force === true) return;
  const [otherStack = "", otherHost = ""] = owner.split("/");
  throw new UserError(`the tuning on ${name} belongs to the stack ${otherStack}, where the host is called ${otherHost}`, {
    remedy: `./distrobench restore ${otherHost} --stack ${otherStack}, or --force`,
  });
}
