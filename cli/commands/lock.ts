import { relative } from "node:path";
import { UserError } from "../../hosts/index.ts";
import { plural } from "../../report/index.ts";
import { loadPlan, lockFile, type Plan, saveLock } from "../../stacks/index.ts";
import { type Context, say } from "../context.ts";
import { openPulumi, type Pulumi, stackExists } from "../pulumi.ts";
import { snapshot } from "../snapshot.ts";

/** `distrobench lock`: writes down what a stack that is up consists of, for `up` to keep to and `reproduce` to compare with. */
export async function lock(context: Context, stack: string): Promise<void> {
  const plan = loadPlan(context.root, stack);
  const pulumi = await openPulumi(context, (line) => say(context, line));
  if (!(await stackExists(context, pulumi, stack)))
    throw new UserError(`the stack ${stack} is not up, so there is nothing to lock`, { remedy: `./distrobench up ${stack}` });
  await writeLock(context, pulumi, plan);
}

/** Also at the end of `up --update-lock`. */
export async function writeLock(context: Context, pulumi: Pulumi, plan: Plan): Promise<void> {
  const content = await snapshot(context, pulumi, plan);
  const file = lockFile(context.root, plan.stack);
  saveLock(file, content);
  const packages = Object.values(content.hosts).reduce((sum, host) => sum + Object.keys(host.packages).length, 0);
  const sessions = Object.values(content.benchmarks).map(({ session }) => `results/${session}`);
  say(
    context,
    `${relative(context.root, file)}: ${plural(Object.keys(content.hosts).length, "host")}, ${plural(packages, "package")}, ` +
      `${plural(Object.keys(content.images).length, "image")}, ${plural(sessions.length, "session")}.`,
  );
  if (sessions.length > 0) say(context, `To reproduce it elsewhere, take along ${sessions.join(", ")} too (docs/reproduce.md).`);
}
