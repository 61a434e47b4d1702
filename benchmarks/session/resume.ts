import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fingerprintDifferences } from "../gate/fingerprint.ts";
import { readSession } from "../results/reader.ts";
import type { Environment, Sample, Session, SessionData } from "../results/schema.ts";
import { resultsVersions, type Versions } from "../results/versions.ts";
import { lostVariants } from "./lost.ts";

/** What there is to go on with: an interrupted session of the same inputs, or why the newest one can't be gone on with. */
export type Earlier =
  | { readonly kind: "none" }
  | { readonly kind: "resumable"; readonly data: SessionData }
  | { readonly kind: "changed"; readonly data: SessionData; readonly changes: readonly string[] };

/**
 * Looks at the newest session of a stack's benchmark. Only one that measured something and did not end is of interest; it can be gone
 * on with while everything that its samples depend on is as it was. Pure but for reading `results`.
 */
export function findEarlier(
  results: string,
  wanted: Session,
  environments: readonly Environment[],
  warn: (line: string) => void,
  versions = resultsVersions,
): Earlier {
  const data = newest(results, wanted, warn, versions);
  if (data === undefined || data.session.outcome === "complete") return { kind: "none" };
  if (!data.samples.some(({ role }) => role === "measured")) return { kind: "none" };
  const changes = changesSince(data, { ...data, session: wanted, environments, samples: [] });
  return changes.length === 0 ? { kind: "resumable", data } : { kind: "changed", data, changes };
}

function newest(results: string, wanted: Session, warn: (line: string) => void, versions: Versions): SessionData | undefined {
  const suffix = new RegExp(`^\\d{8}T\\d{6}Z-${escaped(`${wanted.stack}-${wanted.benchmark}`)}(-\\d+)?$`);
  const names = existsSync(results) ? readdirSync(results).filter((name) => suffix.test(name)) : [];
  const name = names.sort((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1);
  if (name === undefined) return undefined;
  try {
    const data = readSession(join(results, name), versions);
    return data.session.stack === wanted.stack && data.session.benchmark === wanted.benchmark ? data : undefined;
  } catch (error) {
    warn(`the session before can't be gone on with: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** Everything that makes the samples of an interrupted session another thing than those that would follow, one phrase each. */
function changesSince(before: SessionData, now: SessionData): readonly string[] {
  const facts = fingerprintDifferences(now, before, []).map(
    ({ where, fact, baseline = "absent", current = "absent" }) => `${where}: ${fact} was ${baseline}, is ${current}`,
  );
  const version =
    before.writtenVersion === undefined
      ? []
      : [`results were written in version ${before.writtenVersion}, are in ${now.session.version}`];
  return [...version, ...designChanges(before.session, now.session), ...facts, ...tunedAgain(before.session, now.session)];
}

/**
 * Hosts whose tuning was written again: something had changed it, and nobody knows before which sample. Not so where the host was started
 * again since, which forgets a tuning at a moment in which nothing is measured.
 */
function tunedAgain(before: Session, now: Session): readonly string[] {
  return Object.entries(before.tunings ?? {}).flatMap(([host, was]) => {
    const is = now.tunings?.[host];
    if (is === undefined || is.at === was.at || is.bootId !== was.bootId) return [];
    return [
      `${host}: its tuning, of ${was.at}, was written again at ${is.at}: earlier samples may have been taken under other values`,
    ];
  });
}

function designChanges(before: Session, now: Session): readonly string[] {
  const [old, current] = [inputsOf(before), inputsOf(now)];
  return [...new Set([...Object.keys(old), ...Object.keys(current)])].flatMap((name) => {
    const [was, is] = [old[name] ?? "absent", current[name] ?? "absent"];
    return was === is ? [] : [`${name} was ${was}, is ${is}`];
  });
}

/** The matrix's part, as text by name. */
function inputsOf({ baseline, design, variants }: Session): Readonly<Record<string, string>> {
  const { looks, budgetSeconds, ...rest } = design;
  const named = [
    ["baseline", baseline],
    ...Object.entries(rest).map(([name, value]) => [name, String(value)]),
    ["looks", looks?.join(" ") ?? "none"],
    ["budget", budgetSeconds === undefined ? "none" : `${budgetSeconds} s`],
    ["variants", variants.map(({ id }) => id).join(" ")],
    ...variants.map(({ id, host }) => [`host of ${id}`, host]),
    ...variants.map(({ id, environment }) => [`packages, settings or tuning of ${id}`, environment?.slice(0, 12) ?? "unknown"]),
  ];
  return Object.fromEntries(named);
}

/** The block that an interruption cut, if it did not come between two blocks. Pure. */
function cutBlockOf(session: Session, samples: readonly Sample[]): number | undefined {
  const measured = samples.filter(({ role }) => role === "measured");
  const last = measured.reduce((highest, { block }) => Math.max(highest, block), 0);
  if (last === 0) return undefined;
  const there = new Set(measured.filter(({ block }) => block === last).map(({ variant }) => variant));
  const skipped = new Set([...skippedVariants(session, samples), ...lostVariants(samples)]);
  const whole = session.variants.every(({ id }) => there.has(id) || skipped.has(id));
  return whole ? undefined : last;
}

/** Variants that their host can't measure, second labels included. */
export function skippedVariants({ variants }: Session, samples: readonly Sample[]): ReadonlySet<string> {
  const asked = new Set(samples.flatMap(({ variant, validity }) => (validity.status === "skipped" ? [variant] : [])));
  return new Set(variants.flatMap(({ id, aaOf }) => (asked.has(id) || (aaOf !== undefined && asked.has(aaOf)) ? [id] : [])));
}

/** session.json of an interrupted session when it goes on: how it ended is replaced by where it went on. */
export function resumedSession({ session, samples }: SessionData, now: Date, tunings: Session["tunings"]): Session {
  const { finishedAt: _finished, failure: _failure, ...kept } = session;
  const cutBlock = cutBlockOf(session, samples);
  const resumption = { at: now.toISOString(), sequence: nextSequence(samples), ...(cutBlock === undefined ? {} : { cutBlock }) };
  const resumptions = [...(session.resumptions ?? []), resumption];
  return { ...kept, ...(tunings === undefined ? {} : { tunings }), outcome: "running", resumptions };
}

export function nextSequence(samples: readonly Sample[]): number {
  return samples.reduce((next, { sequence }) => Math.max(next, sequence + 1), 0);
}
