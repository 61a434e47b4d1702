import type { Environment, SessionData } from "../results/schema.ts";
import type { Comparability, EnvironmentDifference } from "./summary.ts";

/** First parts of fact names that describe the machine rather than the system on it. */
const hardware = ["cpu", "memory", "board", "machine", "hypervisor", "virtualisation", "virtualization", "disk", "numa"];
const hardwareNames = ["cpuModel", "cpus", "memoryBytes", "architecture", "emulated"];
/** Under the same first parts, but chosen by the system: they are what is compared. */
const settings = ["governor", "frequencyDriver", "noTurbo", "boost", "isolated", "nohzFull", "microcode"].map(
  (name) => `cpu.${name}`,
);
/** Kernels keep different amounts for themselves of the same memory. */
const MEMORY_SHARE = 0.02;

/** Whether a fact describes the machine rather than the system on it. */
export function isHardware(fact: string): boolean {
  if (settings.includes(fact)) return false;
  return hardwareNames.includes(fact) || hardware.includes(fact.split(".")[0] ?? "");
}

/** Whether two values are that of one amount of memory, for the fact that says how much there is. */
export function isSameMemory(fact: string, a: string | undefined, b: string | undefined): boolean {
  return fact === "memoryBytes" && Math.abs(Number(a) / Number(b) - 1) <= MEMORY_SHARE;
}

/** What differs between the hosts of a session, fingerprint facts first. */
export function comparabilityOf(data: SessionData): Comparability {
  const hosts = new Set(data.session.variants.map((variant) => variant.host));
  const environments = data.environments
    .filter((environment) => hosts.has(environment.host))
    .sort((a, b) => (a.host < b.host ? -1 : 1));
  const differences = differencesBetween(environments);
  return {
    emulated: environments.some((environment) => environment.emulated),
    confounded: differences.some((difference) => difference.fingerprint && isOtherMachine(difference)),
    differences,
  };
}

function isOtherMachine({ fact, values }: EnvironmentDifference): boolean {
  const [first, ...others] = Object.values(values);
  return isHardware(fact) && !others.every((value) => value === first || isSameMemory(fact, value, first));
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
