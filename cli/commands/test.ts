import { join } from "node:path";
import { type Context, Exit, print, say } from "../context.ts";
import { installMissing } from "../install.ts";
import { show } from "../process.ts";
import { Stages } from "../stages.ts";
import { addCounts, type Counts, countsOf, NOTHING } from "../test-counts.ts";

const RUNS = [
  { name: "Unit tests", file: "test/all.ts" },
  { name: "Tests with real parts", file: "test/e2e/all.ts" },
] as const;

/** `distrobench test`: checks, unit tests and tests with real parts; the last line is `N passed, N failed, N skipped`. */
export async function test(context: Context): Promise<void> {
  const stages = new Stages(context);
  await stages.run("Installing what the tests need", async (note) => await installMissing(context, new Set(["test"]), [], note));
  const checks = await stages.run("Format, lint, types, dead code", async () => await runChecks(context));
  let counts: Counts = NOTHING;
  for (const { name, file } of RUNS)
    counts = addCounts(counts, await stages.run(name, async () => await runTests(context, file)));
  if (checks !== 0) say(context, "The checks failed (npm run check).");
  print(context, `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  if (context.signal.aborted) throw new Exit(130);
  if (checks !== 0 || counts.failed > 0) throw new Exit(1);
}

async function runChecks(context: Context): Promise<number> {
  return await show(context, "npm", ["run", "--silent", "check"], { cwd: context.root, environment: context.environment });
}

async function runTests(context: Context, file: string): Promise<Counts> {
  const chunks: Buffer[] = [];
  const reporter = ["--test-reporter=spec", "--test-reporter-destination=stdout"];
  const args = [...reporter, "--import", "tsx", join(context.root, file)];
  const code = await show(context, process.execPath, args, {
    cwd: context.root,
    environment: context.environment,
    onStdout: (chunk) => chunks.push(chunk),
  });
  const counts = countsOf(Buffer.concat(chunks).toString("utf8"));
  // A run that broke off before its closing lines, or was ended by a signal, is a failure too.
  return code !== 0 && counts.failed === 0 ? addCounts(counts, { passed: 0, failed: 1, skipped: 0 }) : counts;
}
