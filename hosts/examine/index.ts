import { declaredVerdict } from "../declared.ts";
import { type Distribution, distributionOf } from "../distribution.ts";
import { gatherFacts } from "../facts/index.ts";
import { parseSections } from "../facts/parse.ts";
import { packageVerdicts } from "../packages/availability.ts";
import { queryPackages } from "../packages/query.ts";
import { preflight } from "../preflight.ts";
import type { DistributionName, HostFacts, PreflightVerdict } from "../schema.ts";
import type { RunOptions, Transport } from "../transport.ts";
import { driverVerdicts } from "./accelerators.ts";
import { type Examination, examinationVerdicts } from "./checks.ts";
import { type DriverInventory, parseDrivers } from "./drivers.ts";
import { examinationScript } from "./script.ts";

/** What a preflight says of one host. */
export interface HostExamination {
  readonly facts: HostFacts;
  readonly drivers: DriverInventory;
  readonly verdicts: readonly PreflightVerdict[];
}

/** Bounded: the slowest thing asked is the package manager's index, which takes a minute on an emulated machine. */
const EXAMINATION_SECONDS = 300;

/** Looks at a host in three round trips and changes nothing. Rejects with `UserError`, `CommandError` or `ConnectionError`. */
export async function examineHost(
  transport: Transport,
  host: { readonly distribution: DistributionName; readonly release?: string | undefined; readonly packages: readonly string[] },
  options: Pick<RunOptions, "signal"> = {},
): Promise<HostExamination> {
  const facts = await gatherFacts(transport, options);
  const general = preflight(facts, Date.now() / 1000);
  const distribution = distributionOf(facts.distribution);
  const wanted = { distribution: facts.distribution, wanted: [...host.packages] };
  const packages = await queryPackages(transport, wanted, { ...options, candidates: true });
  const sections = await ask(transport, distribution, options);
  const drivers = parseDrivers(sections);
  const examination: Examination = { distribution, facts, packages, sections };
  return {
    facts,
    drivers,
    verdicts: [
      declaredVerdict(host, facts),
      ...general,
      ...examinationVerdicts(examination),
      ...driverVerdicts(distribution.name, packages, drivers),
      ...packageVerdicts(distribution.name, host.packages, packages, distribution.packages.whenMissing),
    ],
  };
}

async function ask(transport: Transport, distribution: Distribution, options: Pick<RunOptions, "signal">) {
  const { stdout } = await transport.run(examinationScript(distribution), {
    timeoutSeconds: EXAMINATION_SECONDS,
    brief: true,
    ...options,
  });
  return parseSections(stdout);
}
