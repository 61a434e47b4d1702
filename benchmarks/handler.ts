import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { gatherFacts, type OperationContext, type ResourceHandler, UserError } from "../hosts/index.ts";
import { findBenchmark } from "./catalogue.ts";
import type { Benchmark } from "./define.ts";
import { readSession } from "./results/reader.ts";
import { type BenchmarkInputs, type BenchmarkOutputs, benchmarkInputs } from "./schema.ts";
import { measure, type Participant, type ReadDrifts } from "./session/index.ts";
import { summarise, summaryOutputs } from "./statistics/index.ts";

/**
 * One test over all its variants. Any change of an input measures again; a destroy keeps the results. `readDrifts` looks at tuned hosts;
 * tests give one that needs none.
 */
export function createBenchmarkHandler(readDrifts: ReadDrifts): ResourceHandler<BenchmarkInputs, BenchmarkOutputs> {
  return {
    token: "distrobench:benchmarks:Benchmark",
    inputs: benchmarkInputs,
    replaceOn: [],
    notInDiff: ["connections", "tunings", "noisyRun"],
    secrets: ["connections"],
    refreshBeforeUpdate: false,
    create: async (context, inputs) => ({ id: inputs.name, outputs: await runBenchmark(context, inputs, readDrifts) }),
    update: (context, _stored, inputs) => runBenchmark(context, inputs, readDrifts),
    read: async (context, { inputs, outputs }) => {
      if (!existsSync(join(context.root, outputs.session))) {
        context.warn(`${outputs.session} is no longer there; the stored summary is kept`);
      }
      return { inputs, outputs };
    },
    // The measuring program removed itself when the session ended, and results are kept on purpose.
    delete: async () => undefined,
  };
}

async function runBenchmark(
  context: OperationContext,
  given: BenchmarkInputs,
  readDrifts: ReadDrifts,
): Promise<BenchmarkOutputs> {
  const benchmark = findBenchmark(given.test);
  const noisyHost = given.design.noisyHost || given.noisyRun === true;
  const inputs = { ...given, parameters: checkParameters(benchmark, given), design: { ...given.design, noisyHost } };
  checkVariants(inputs);
  const machines = [...new Set(inputs.variants.map((variant) => variant.machine))].sort();
  const directory = await exclusively(context, machines, async () =>
    measure({
      ...{ inputs, benchmark, root: context.root, signal: context.signal },
      participants: await participants(context, inputs, readDrifts),
      progress: (line) => context.progress(line),
      warn: (line) => context.warn(line),
    }),
  );
  const summary = summaryOutputs(summarise(readSession(directory)));
  return { ...given, ...summary, session: relative(context.root, directory) };
}

function checkParameters(benchmark: Benchmark, inputs: BenchmarkInputs): BenchmarkInputs["parameters"] {
  const result = benchmark.parameters.safeParse(inputs.parameters);
  if (result.success) return result.data;
  const reasons = result.error.issues.map((issue) => `parameters.${issue.path.join(".")}: ${issue.message}`);
  throw new UserError(`benchmark ${inputs.name}: ${reasons.join("; ")}`);
}

function checkVariants({ name, variants, baseline, connections }: BenchmarkInputs): void {
  const ids = variants.map((variant) => variant.id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new UserError(`benchmark ${name}: variant ${twice} is there twice`);
  if (!ids.includes(baseline)) throw new UserError(`benchmark ${name}: the baseline ${baseline} is none of ${ids.join(", ")}`);
  const unknown = variants.find(({ host }) => !Object.hasOwn(connections, host));
  if (unknown !== undefined) throw new UserError(`benchmark ${name}: no connection to ${unknown.host} is given`);
}

/** Takes the locks in one order everywhere, so that two benchmarks never wait for each other. */
function exclusively<Result>(
  context: OperationContext,
  machines: readonly string[],
  work: () => Promise<Result>,
): Promise<Result> {
  const [first, ...others] = machines;
  return first === undefined ? work() : context.exclusive(first, () => exclusively(context, others, work));
}

async function participants(
  context: OperationContext,
  inputs: BenchmarkInputs,
  readDrifts: ReadDrifts,
): Promise<ReadonlyMap<string, Participant>> {
  const found = new Map<string, Participant>();
  for (const host of new Set(inputs.variants.map((variant) => variant.host))) {
    const connection = inputs.connections[host];
    if (connection === undefined) continue;
    const transport = await context.transport(connection);
    const tuned = inputs.tunings?.[host]?.tuned;
    found.set(host, {
      ...{ transport, connection, facts: await gatherFacts(transport) },
      ...(tuned === undefined ? {} : { drifts: () => readDrifts(transport, tuned, context.signal) }),
    });
  }
  return found;
}
