import { type Distribution, distributionOf } from "../distribution.ts";
import { parseSections } from "../facts/parse.ts";
import { parseAssignments, releaseNames } from "../identify.ts";
import type { PackagesInputs } from "../schema.ts";
import { joinSh, type Shell, sh } from "../sh.ts";
import type { RunOptions, Transport } from "../transport.ts";
import { type PackageState, servicesOf } from "./plan.ts";
import { possibleNames } from "./table.ts";

/** What is there and what could be, in one round trip. Candidates are left out where only `read` asks: they take seconds. */
export async function queryPackages(
  transport: Transport,
  inputs: Pick<PackagesInputs, "distribution" | "wanted" | "versions">,
  options: Pick<RunOptions, "signal"> & { readonly candidates: boolean },
): Promise<PackageState> {
  const distribution = distributionOf(inputs.distribution);
  const script = queryScript(distribution, inputs, options.candidates);
  const { stdout } = await transport.run(script, {
    timeoutSeconds: 300,
    brief: true,
    ...(options.signal && { signal: options.signal }),
  });
  return parseState(distribution, stdout);
}

function queryScript(
  distribution: Distribution,
  { wanted, versions = {} }: Pick<PackagesInputs, "wanted" | "versions">,
  candidates: boolean,
): Shell {
  const { packages, services } = distribution;
  const names = servicesOf(wanted);
  const parts = [
    sh`echo '@@@ os-release'; cat /etc/os-release`,
    sh`echo '@@@ installed'; ${packages.listInstalled}`,
    ...(names.length === 0 ? [] : [sh`echo '@@@ services'; ${services.states(names)}`]),
    sh`echo '@@@ index'; ${packages.hasIndex}`,
    ...(candidates ? [sh`echo '@@@ candidates'; ${packages.listCandidates(possibleNames(distribution.name, wanted))}`] : []),
    ...(candidates ? [sh`echo '@@@ versions'; ${packages.listVersions(Object.keys(versions))}`] : []),
    sh`:`,
  ];
  return joinSh(parts);
}

function parseState({ packages }: Distribution, text: string): PackageState {
  const sections = parseSections(text);
  const get = (name: string) => sections.get(name) ?? "";
  const osRelease = parseAssignments(get("os-release"));
  return {
    release: releaseNames({ osRelease, rpiIssue: "", lsbRelease: {} })[0] ?? "",
    installed: packages.parseInstalled(get("installed")),
    configured: packages.parseConfigured?.(get("installed")) ?? [],
    candidates: packages.parseCandidates(get("candidates")),
    versions: packages.parseVersions(get("versions")),
    hasIndex: get("index") === "yes",
    active: get("services")
      .split("\n")
      .flatMap((line) => (line.endsWith(" active") ? [line.split(" ")[0] ?? ""] : [])),
  };
}

/** Every installed package of a host with its version: what a lock file is made of. */
export async function installedPackages(
  transport: Transport,
  distribution: PackagesInputs["distribution"],
  options: Pick<RunOptions, "signal">,
): Promise<ReadonlyMap<string, string>> {
  const { installed } = await queryPackages(transport, { distribution, wanted: [] }, { ...options, candidates: false });
  return installed;
}
