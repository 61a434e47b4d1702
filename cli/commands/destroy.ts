import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { GONE_VARIABLE, UserError } from "../../hosts/index.ts";
import { didYouMean, stackNames } from "../../stacks/index.ts";
import { type Context, Exit, say } from "../context.ts";
import { heal, refuseBusy } from "../heal.ts";
import { labFolders, removeLabFolder } from "../lab-machines.ts";
import { giveUpSteps } from "../lost-hosts.ts";
import { failureList, readOperations } from "../operations.ts";
import { expectSuccess, openPulumi, type Pulumi, stackExists } from "../pulumi.ts";
import { operationsFile } from "../runs.ts";
import { Stages } from "../stages.ts";
import { stoppingSteps } from "../stopping-steps.ts";
import { styleOf } from "../style.ts";

/** `distrobench destroy`: removes what the stack made, then whatever a killed run may have left. Doing it twice is fine. */
export async function destroy(context: Context, stack: string, gone: readonly string[] = []): Promise<void> {
  checkName(stack);
  const stages = new Stages(context);
  const pulumi = await stages.run("Preparing Pulumi", async (note) => {
    const opened = await openPulumi(context, note);
    for (const repaired of await heal(context, opened, stack, { destroying: true })) note(repaired);
    return opened;
  });
  if (context.signal.aborted) throw new Exit(130);
  refuseBusy(context.root, stack);
  if (await stackExists(context, pulumi, stack))
    await stages.run(`Destroying ${stack}`, async (note) => {
      for (const given of await giveUpSteps(context, pulumi, stack, gone)) note(given);
      await run(context, pulumi, stack, gone);
    });
  else explainAbsence(context, stack);
  await sweep(context, stages, stack);
  say(context, "Results and caches stay (./distrobench clean removes caches).");
}

function checkName(stack: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(stack)) return;
  throw new UserError(`${JSON.stringify(stack)} is not the name of a stack`, { remedy: "Letters, digits, dashes, underscores." });
}

/** A stack whose file was deleted can still be destroyed as long as something of it is there; a misspelt name cannot. */
function explainAbsence(context: Context, stack: string): void {
  const known = stackNames(context.root);
  if (!known.includes(stack) && labFolders(context.root, stack).length === 0) {
    throw new UserError(`there is no stack ${stack}${didYouMean(stack, known)}`, {
      remedy: `Stacks here: ${known.join(", ")}`,
    });
  }
  say(context, `The stack ${stack} is not there: nothing was brought up, or it is gone already.`);
}

async function run(context: Context, pulumi: Pulumi, stack: string, gone: readonly string[]): Promise<void> {
  const log = operationsFile(context.root, stack);
  mkdirSync(join(log, ".."), { recursive: true });
  const args = ["destroy", "--yes", "--skip-preview", "--stack", stack];
  const variables = { DISTROBENCH_OPERATIONS: log, ...(gone.length === 0 ? {} : { [GONE_VARIABLE]: gone.join(",") }) };
  const code = await stoppingSteps(context, stack, async () => await pulumi.show(args, { toStderr: true, variables }));
  const failures = failureList(readOperations(log));
  if (failures !== "") say(context, styleOf(context.stderr, context.environment).bad(failures));
  expectSuccess(context, code);
}

/** Machines that no state knows: a run was killed between making one and writing it down. */
async function sweep(context: Context, stages: Stages, stack: string): Promise<void> {
  const left = labFolders(context.root, stack);
  if (left.length === 0) return;
  await stages.run("Removing lab machines that a killed run left", async (note) => {
    for (const machine of left) {
      await removeLabFolder(context.root, machine);
      note(`${machine.name} is gone`);
    }
  });
}
