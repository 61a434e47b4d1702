import type { HostFacts } from "../../hosts/index.ts";
import type { Environment } from "../results/schema.ts";

/** Facts of which a difference makes results incomparable: those marked in the specification, by the names `HostFacts` gives them. */
const FINGERPRINT = [
  ...["distribution", "prettyName", "release", "kernel", "commandLine", "architecture", "libc", "init", "initVersion"],
  ...["cpuModel", "cpus", "memoryBytes", "virtualisation", "emulated", "cgroupVersion", "clocksource"],
];
const FINGERPRINT_MORE =
  /^(mitigations|vulnerabilities|cpufreq|governor|microcode|docker|podman|engine|storage|disk|filesystem|board|image|instrument)\b/;

/** What was true of the host, as text by dotted name. `extra` adds what only the session knows, such as image digests. */
export function environmentOf(host: string, facts: HostFacts, extra: Readonly<Record<string, string>>): Environment {
  const { more, ...known } = facts;
  const named = Object.entries(known).map(
    ([name, value]) => [name, Array.isArray(value) ? value.join(" ") : String(value)] as const,
  );
  const all: Record<string, string> = { ...Object.fromEntries(named), ...more, ...extra };
  const fingerprint = Object.keys(all).filter((name) => FINGERPRINT.includes(name) || FINGERPRINT_MORE.test(name));
  return { host, emulated: facts.emulated, facts: all, fingerprint: fingerprint.sort() };
}
