import { createSshPool, restoreFiles, restorePackages, UserError } from "../../hosts/index.ts";
import { type Baseline, controllerOf, isOwn, ownerWords, restoreHost, shellHost, wayOn } from "../../kernel-tuning/index.ts";
import { plural } from "../../report/index.ts";
import { loadPlan } from "../../stacks/index.ts";
import { connector, namedHost } from "../connect.ts";
import { type Context, Exit, say } from "../context.ts";

interface Options {
  readonly stack: string;
  readonly force?: boolean;
}

/**
 * `distrobench restore`: takes tuning and files of a host back by what the host itself remembers, when the state is lost or a destroy could
 * not, and packages that a destroy had to leave.
 */
export async function restore(context: Context, name: string, options: Options): Promise<void> {
  const host = namedHost(loadPlan(context.root, options.stack).hosts, name, options.stack);
  const connection = await connector(context, options.stack)(host);
  const pool = createSshPool({ root: context.root, signal: context.signal });
  try {
    const transport = await pool.transport(connection);
    const force = options.force ?? false;
    const accept = (record: Baseline) => {
      if (!force) refuseForeign(context, record, name, options.stack);
    };
    const tuned = shellHost(transport, context.signal, {
      local: connection.kind === "local",
      progress: (message) => context.stderr.isTTY === true && say(context, `  ${message}`),
    });
    const tuning = await restoreHost(tuned, { force, accept });
    const files = await restoreFiles(transport, { owner: `${options.stack}/${name}`, force, signal: context.signal });
    const { distribution } = host;
    const packages = await restorePackages(transport, { stack: options.stack, distribution, signal: context.signal });
    conclude(context, name, options.stack, { tuning, files, packages });
  } finally {
    await pool.close();
  }
}

interface Restored {
  readonly tuning: Awaited<ReturnType<typeof restoreHost>>;
  readonly files: Awaited<ReturnType<typeof restoreFiles>>;
  readonly packages: Awaited<ReturnType<typeof restorePackages>>;
}

function conclude(context: Context, name: string, stack: string, restored: Restored): void {
  const { tuning, files, packages } = restored;
  const { failures = [], conflicts = [], waiting = [] } = tuning ?? {};
  const changed = [...conflicts, ...files.conflicts.map((path) => `${path}: changed since we wrote it`)];
  const left = [...failures, ...waiting, ...changed];
  const done = whatWasDone(restored);
  if (done.length === 0)
    say(context, `${name}: nothing to put back: it has no record of a tuning, of files or of packages that ${stack} left.`);
  for (const line of done) say(context, `${name}: ${line}`);
  for (const line of left) say(context, `  ${line}`);
  for (const owner of files.others) say(context, `${name} has a record of files of ${owner} too; they stay.`);
  if (waiting.length > 0)
    say(context, `Once these CPUs are online, ./distrobench restore ${name} --stack ${stack} puts back what is left.`);
  if (changed.length > 0)
    say(context, `Somebody else changed these since. To overwrite them: ./distrobench restore ${name} --stack ${stack} --force`);
  if (left.length + (packages?.left.length ?? 0) > 0) throw new Exit(1);
}

function whatWasDone({ tuning, files, packages }: Restored): string[] {
  const { restored = 0, failures = [] } = tuning ?? {};
  const wasChanged = tuning !== undefined || files.restored + files.conflicts.length > 0;
  return [
    ...(packages === undefined ? [] : [packagesText(packages)]),
    ...(wasChanged ? [`${plural(restored - failures.length, "value")} and ${plural(files.restored, "file")} put back.`] : []),
  ];
}

function packagesText({ removed, left, neededBy }: NonNullable<Restored["packages"]>): string {
  const gone = `${plural(removed.length, "package")} removed that a destroy had left`;
  return left.length === 0 ? `${gone}.` : `${gone}; ${left.join(", ")} still stay: ${neededBy.join(", ")} need them.`;
}

function refuseForeign(context: Context, record: Baseline, name: string, stack: string): void {
  const claimant = { owner: `${stack}/${name}`, controller: controllerOf(context.root) };
  if (isOwn(record, claimant)) return;
  throw new UserError(`the tuning on ${name} is by ${ownerWords(record)}`, { remedy: wayOn(record, claimant) });
}
