import { createSshPool, stopSteps } from "../hosts/index.ts";
import { loadPlan, type PlannedHost, stackNames } from "../stacks/index.ts";
import { connector } from "./connect.ts";
import { type Context, say } from "./context.ts";

/** A host that does not answer must not hold up the end. */
const PATIENCE_MILLISECONDS = 20_000;

/**
 * Runs the engine, and on ^C ends the setup steps that run on hosts: the engine waits for its calls for as long as they take, and the
 * command plugin lets go of nothing that runs over SSH. A step that was ended counts as failed; the next run does it again.
 */
export async function stoppingSteps<Result>(context: Context, stack: string, work: () => Promise<Result>): Promise<Result> {
  let stopping: Promise<unknown> | undefined;
  const stop = () => {
    stopping = Promise.all(hostsWithSteps(context, stack).map((host) => stopOn(context, stack, host)));
  };
  context.signal.addEventListener("abort", stop, { once: true });
  try {
    return await work();
  } finally {
    context.signal.removeEventListener("abort", stop);
    await stopping;
  }
}

/** By the stack's file, which a destroy may have to do without. */
function hostsWithSteps({ root }: Context, stack: string): readonly PlannedHost[] {
  if (!stackNames(root).includes(stack)) return [];
  try {
    return loadPlan(root, stack).hosts.filter(({ connection, setup }) => connection.kind !== "local" && setup.length > 0);
  } catch {
    return [];
  }
}

/** Says what it did, and never rejects: what the engine is about to say matters more. */
async function stopOn(context: Context, stack: string, host: PlannedHost): Promise<void> {
  const pool = createSshPool({ root: context.root, signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) });
  try {
    const transport = await pool.transport(await connector(context, stack)(host));
    const { stdout } = await transport.run(stopSteps(stack));
    if (stdout.trim() !== "0") say(context, `${host.name}: setup step ended`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    say(context, `${host.name}: a setup step that ran may run on, because the host could not be asked to end it: ${why}`);
  } finally {
    await pool.close();
  }
}
