import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../hosts/index.ts";
import type { Context } from "./context.ts";
import type { Pulumi } from "./pulumi.ts";

/** One resource of a state; what is not named here is kept as it is. */
export const resource = z.looseObject({
  urn: z.string(),
  type: z.string(),
  parent: z.string().optional(),
  /** URN and ID of the provider, joined by `::`. */
  provider: z.string().optional(),
  dependencies: z.array(z.string()).optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  /** The engine does not call the provider for this resource while it deletes that one too. */
  deletedWith: z.string().optional(),
  /** It was deleted to be made anew, and that failed: there is none. */
  pendingReplacement: z.boolean().optional(),
});
export type StateResource = z.output<typeof resource>;

const operation = z.looseObject({ type: z.string(), resource });
/** Begun and not known to have ended; `type` is such as `creating`. */
export type PendingOperation = z.output<typeof operation>;

/** The type of what a setup step on a host is, and its confirmation. */
export const STEP = "command:remote:Command";

/** The name of the resource that a URN stands for. */
export function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

/** A stack's state as `pulumi stack export` gives it (secrets stay encrypted); what is not named here is kept as it is. */
const stackState = z.looseObject({
  deployment: z.looseObject({
    resources: z.array(resource).optional(),
    pending_operations: z.array(operation).optional(),
  }),
});
export type StackState = z.output<typeof stackState>;

/** Throws `UserError` when Pulumi can't read it. */
export async function exportState(pulumi: Pulumi, stack: string): Promise<StackState> {
  const { code, stdout, stderr } = await pulumi.capture(["stack", "export", "--stack", stack]);
  if (code !== 0) throw new UserError(`the state of ${stack} cannot be read:\n${stderr.trim()}`);
  return stackState.parse(JSON.parse(stdout));
}

/**
 * Puts a changed state in the place of `before`, of which a copy is kept. Pulumi checks it as a whole first and writes nothing that does
 * not hold together. Throws `UserError`, and the state is as it was.
 */
export async function importState(
  context: Context,
  pulumi: Pulumi,
  stack: string,
  change: { readonly before: StackState; readonly after: StackState },
): Promise<void> {
  const folder = join(context.root, ".distrobench", "backup");
  const copy = join(folder, `${stack}-${new Date().toISOString().replaceAll(":", "-")}.json`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(copy, `${JSON.stringify(change.before)}\n`, { mode: 0o600 });
  const { code, stderr } = await pulumi.capture(["stack", "import", "--stack", stack], JSON.stringify(change.after));
  if (code === 0) return;
  throw new UserError(`the state of ${stack} cannot be changed:\n${stderr.trim()}`, {
    remedy: `It is as it was; a copy is ${copy} (pulumi stack import --stack ${stack} --file FILE)`,
  });
}
