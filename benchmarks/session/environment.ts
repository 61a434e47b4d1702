import { fingerprintNames, type HostFacts } from "../../hosts/index.ts";
import type { Environment } from "../results/schema.ts";

/** What the session itself adds to a host's facts and what makes results incomparable when it differs. */
const OWN_NAMES = ["image.", "instrument", "model.", "tuning."];

/** What was true of the host, as text by dotted name. `extra` adds what only the session knows, such as image digests. */
export function environmentOf(host: string, facts: HostFacts, extra: Readonly<Record<string, string>>): Environment {
  const { more, ...known } = facts;
  const named = Object.entries(known).map(
    ([name, value]) => [name, Array.isArray(value) ? value.join(" ") : String(value)] as const,
  );
  const all: Record<string, string> = { ...Object.fromEntries(named), ...more, ...extra };
  const wanted = [...fingerprintNames, ...OWN_NAMES];
  const decides = (name: string): boolean =>
    wanted.some((entry) => (entry.endsWith(".") ? name.startsWith(entry) : name === entry));
  return { host, emulated: facts.emulated, facts: all, fingerprint: Object.keys(all).filter(decides).sort() };
}
