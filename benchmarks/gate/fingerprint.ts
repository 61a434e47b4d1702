import type { Environment, SessionData } from "../results/schema.ts";
import { isHardware, isSameMemory } from "../statistics/comparability.ts";
import type { FingerprintDifference } from "./result.ts";

/** Words of a kernel command line that name a disk or a machine and do nothing else. */
const IDENTIFIER = /^(systemd\.machine_id|((root|resume)=)?(PART)?UUID)=/;

/** What tells of a session where and how it was measured. */
type Placed = Pick<SessionData, "session" | "environments">;

/** Facts on which the result depends and that are not the same on both sides; `expected` ones are named as the change under test. */
export function fingerprintDifferences(
  current: Placed,
  baseline: Placed,
  expected: readonly string[],
): readonly FingerprintDifference[] {
  const own = differing("session", ownFacts(baseline), ownFacts(current));
  const hosts = hostPairs(current, baseline).flatMap(([ours, theirs]) => {
    const where = ours.host === theirs.host ? ours.host : `${theirs.host} / ${ours.host}`;
    return differing(where, factsOf(theirs, ours), factsOf(ours, theirs));
  });
  return [...own, ...hosts].map((difference) => ({ ...difference, expected: isExpected(difference.fact, expected) }));
}

/** Hardware facts on which two hosts of one session differ: a difference of results is then not the system's alone. */
export function hardwareDifferences(data: Placed, current: string, baseline: string): readonly FingerprintDifference[] {
  const [ours, theirs] = [environmentOf(data, current), environmentOf(data, baseline)];
  if (ours === undefined || theirs === undefined) return [];
  return differing(`${theirs.host} / ${ours.host}`, factsOf(theirs, ours), factsOf(ours, theirs))
    .filter(({ fact }) => isHardware(fact))
    .map((difference) => ({ ...difference, expected: false }));
}

/** What kind of machine a host is, as text: noise is learnt per kind. */
export function hostClass(data: Placed, variant: string): string {
  const environment = environmentOf(data, variant);
  const facts = ["cpuModel", "cpus", "memoryBytes", "architecture", "virtualisation"].map(
    (fact) => environment?.facts[fact] ?? "",
  );
  return [environment?.emulated === true ? "emulated" : "", ...facts].map((text) => rounded(text)).join("|");
}

type Facts = Readonly<Record<string, string>>;

/** What the session itself decides. The instrument stands here once instead of once per host. */
function ownFacts({ session }: Placed): Facts {
  const parameters = Object.entries(session.parameters).map(([name, value]) => [`parameters.${name}`, JSON.stringify(value)]);
  const metrics = session.metrics
    .filter(({ kind }) => kind === "result")
    .map(({ name, unit, better }) => [`metric.${name}`, `${unit}, ${better} is better`]);
  return { test: session.test, instrument: session.instrument, ...Object.fromEntries([...parameters, ...metrics]) };
}

/** Fingerprint facts of a host: those that either side counts to its fingerprint. */
function factsOf(environment: Environment, other: Environment): Facts {
  const names = new Set([...environment.fingerprint, ...other.fingerprint]);
  names.delete("instrument");
  return Object.fromEntries(Object.entries(environment.facts).filter(([name]) => names.has(name)));
}

function differing(where: string, baseline: Facts, current: Facts): readonly Omit<FingerprintDifference, "expected">[] {
  const names = [...new Set([...Object.keys(baseline), ...Object.keys(current)])].sort();
  return names
    .filter((fact) => !same(fact, baseline[fact], current[fact]))
    .map((fact) => ({ where, fact, baseline: baseline[fact], current: current[fact] }));
}

function same(fact: string, a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  if (fact === "commandLine") return withoutIdentifiers(a) === withoutIdentifiers(b);
  return isSameMemory(fact, a, b);
}

function withoutIdentifiers(commandLine: string): string {
  const words = commandLine.split(/\s+/);
  return words.filter((word) => !IDENTIFIER.test(word)).join(" ");
}

/** Large numbers to two digits, so that some pages of memory make no other machine. */
function rounded(text: string): string {
  return /^\d{4,}$/.test(text) ? Number(text).toPrecision(2) : text;
}

function isExpected(fact: string, expected: readonly string[]): boolean {
  return expected.some((name) => fact === name || fact.startsWith(`${name}.`));
}

/** Hosts of variants that both sessions have, each pair once. */
function hostPairs(current: Placed, baseline: Placed): readonly (readonly [Environment, Environment])[] {
  const pairs = new Map<string, readonly [Environment, Environment]>();
  for (const { id } of current.session.variants) {
    const [ours, theirs] = [environmentOf(current, id), environmentOf(baseline, id)];
    if (ours !== undefined && theirs !== undefined) pairs.set(`${theirs.host}\n${ours.host}`, [ours, theirs]);
  }
  return [...pairs.values()];
}

function environmentOf({ session, environments }: Placed, variant: string): Environment | undefined {
  const host = session.variants.find(({ id }) => id === variant)?.host;
  return environments.find((environment) => environment.host === host);
}
