import { CUT_BLOCK } from "../results/cut-blocks.ts";
import type { Sample, SessionData } from "../results/schema.ts";
import { driftWords } from "../validity/drift.ts";
import { identityMismatches } from "../validity/identities.ts";
import type { AaResult, Reason, SessionState, VariantSummary } from "./summary.ts";

/** Of a variant's samples: above it the session is invalid. */
const INVALID_SHARE = 1 / 3;

/** Whether a conclusion may be drawn at all, by rules that do not look at the result. */
export function stateOf(data: SessionData, variants: readonly VariantSummary[], aa: readonly AaResult[]): SessionState {
  const left = variants.filter(({ skipped }) => skipped === undefined);
  if (left.length === 0 && data.session.outcome === "complete")
    return { status: "skipped", reasons: skips(variants).map(({ rule, detail }) => ({ rule, detail })) };
  const reasons = [
    ...unfinished(data),
    ...unknown(data),
    ...empty(left),
    ...thinned(data, left),
    ...unsound(aa, data.session.design.tolerance),
    ...unlike(data),
    ...drifted(data),
  ];
  if (reasons.length > 0) return { status: "invalid", reasons };
  const noise = data.session.design.noisyHost
    ? [{ rule: "noisy-host", detail: "measured with noisyHost: never a baseline for a gate" }]
    : [];
  return noise.length > 0 ? { status: "noisy", reasons: noise } : { status: "valid" };
}

/** A kill leaves it as it was while it ran. */
const RUNNING = "the session has not ended: it still runs, or its run was killed (the next up goes on with it, or says why not)";

function unfinished({ session }: SessionData): readonly Reason[] {
  if (session.outcome === "complete") return [];
  const why = session.failure === undefined ? "" : `: ${session.failure}`;
  const detail = session.outcome === "running" ? RUNNING : `the session was ${session.outcome}${why}`;
  return [{ rule: "incomplete", detail }];
}

/** Hosts of which nothing is known any more: not even whether they were emulated. */
function unknown({ unknownHosts = [] }: SessionData): readonly Reason[] {
  return unknownHosts.map((host) => ({ rule: "environment", detail: `the environment of ${host} is unreadable` }));
}

/** Variants that did different work, with both texts. */
function unlike({ samples }: SessionData): readonly Reason[] {
  return identityMismatches(samples).map(({ name, values }) => {
    const said = [...values].map(([value, variants]) => `${value} in ${[...variants].join(", ")}`);
    return { rule: "identity", detail: `${name} differs: ${said.join("; ")}` };
  });
}

/** Hosts that ended with another tuning than they began with: any of the samples may be another's. */
function drifted({ session: { drifts = [] } }: SessionData): readonly Reason[] {
  return drifts.map((drift) => ({ rule: "tuning-drift", detail: `${driftWords(drift)}, when the session ended` }));
}

/** Why variants were skipped, each once: a second label of one says nothing more. */
export function skips(variants: readonly VariantSummary[]): readonly (Reason & { readonly variant: string })[] {
  return variants.flatMap(({ id, aaOf, skipped }) =>
    skipped === undefined || aaOf !== undefined
      ? []
      : [{ variant: id, rule: "skipped", detail: `${id}: skipped: ${skipped.split("\n", 1)[0]}` }],
  );
}

function empty(variants: readonly VariantSummary[]): readonly Reason[] {
  return variants
    .filter(({ counts }) => counts.counted === counts.failed)
    .map(({ id, counts }) => ({
      rule: "no-sample",
      detail: `${id} has no countable sample (${counts.invalid} invalid, ${counts.failed} failed, ${counts.infraErrors} with broken infrastructure)`,
    }));
}

/**
 * So many samples taken out by rules that those left are a choice: what broke the rules around them was there for the others as well,
 * only below the limits. Blocks that an interruption cut broke none; a variant without any countable sample says so itself.
 */
function thinned({ samples }: SessionData, variants: readonly VariantSummary[]): readonly Reason[] {
  return variants.flatMap(({ id, counts: { counted, failed } }) => {
    const invalid = samples.filter((sample) => sample.variant === id && isTakenOut(sample)).length;
    if (counted === failed || invalid <= INVALID_SHARE * (invalid + counted)) return [];
    const detail = `${id}: ${invalid} of ${invalid + counted} samples are invalid, more than a third, so those left are not to be trusted either`;
    return [{ rule: "many-invalid", detail }];
  });
}

function isTakenOut({ role, validity }: Sample): boolean {
  return role === "measured" && validity.status === "invalid" && !validity.reasons.every(({ rule }) => rule === CUT_BLOCK);
}

function unsound(aa: readonly AaResult[], tolerance: number): readonly Reason[] {
  return aa
    .filter(({ sound }) => !sound)
    .map(({ metric, baseline }) => ({
      rule: "aa-pair",
      detail: `${metric}: ${baseline} differs from itself by more than ${(50 * tolerance).toPrecision(2)} %`,
    }));
}
