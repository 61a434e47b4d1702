import type { Environment, SessionData } from "../results/schema.ts";
import type { Comparability, EnvironmentDifference } from "./summary.ts";

/** First parts of fact names that describe the machine rather than the system on it. */
const hardware = ["cpu", "memory", "board", "machine", "hypervisor", "virtualisation", "virtualization", "disk"];

/** What differs between the hosts of a session, fingerprint facts first. */
export function comparabilityOf(data: SessionData): Comparability {
  const hosts = new Set(data.session.variants.map((variant) => variant.host));
  const environments = data.environments
    .filter((environment) => hosts.has(environment.host))
    .sort((a, b) => (a.host < b.host ? -1 : 1));
  const differences = differencesBetween(environments);
  return {
    emulated: environments.some((environment) => environment.emulated),
    confounded: differences.some(({ fact, fingerprint }) => fingerprint && hardware.includes(fact.split(".")[0] ?? "")),
    differences,
  };
}

function differencesBetween(environments: readonly Environment[]): readonly EnvironmentDifference[] {
  const names = [...new Set(environments.flatMap((environment) => Object.keys(environment.facts)))].sort();
  const fingerprint = new Set(environments.flatMap((environment) => environment.fingerprint));
  return names
    .filter((fact) => new Set(environments.map((environment) => environment.facts[fact])).size > 1)
    .map((fact) => ({
      fact,
      fingerprint: fingerprint.has(fact),
      values: Object.fromEntries(environments.map((environment) => [environment.host, environment.facts[fact]])),
    }))
    .sort((a, b) => Number(b.fingerprint) - Number(a.fingerprint));
}
