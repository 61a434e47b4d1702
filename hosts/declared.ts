import type { HostFacts, HostInputs, PreflightVerdict } from "./schema.ts";

type Declared = Pick<HostInputs, "distribution"> & { readonly release?: string | undefined };

/** What a host is by its own words, and what the matrix says instead. */
interface Mismatch {
  readonly check: "distribution" | "release";
  readonly declared: string;
  readonly found: string;
  /** What to write in the matrix. */
  readonly remedy: string;
}

/** In what a host is another one than it was declared, if in anything. Pure. */
export function mismatchOf(declared: Declared, facts: HostFacts): Mismatch | undefined {
  const { distribution, prettyName } = facts;
  if (distribution !== declared.distribution)
    return {
      check: "distribution",
      declared: declared.distribution,
      found: `${distribution} (${prettyName})`,
      remedy: `declare distribution: ${distribution}, or give the address of a host with ${declared.distribution}`,
    };
  const names = (facts.more["release.names"] ?? facts.release).split(" ");
  if (declared.release === undefined || names.includes(declared.release)) return undefined;
  return {
    check: "release",
    declared: declared.release,
    found: `${prettyName} (${names.join(", ")})`,
    remedy: `declare release: ${facts.release}`,
  };
}

/** The same as a verdict of a preflight: an `up` refuses such a host. Pure. */
export function declaredVerdict(declared: Declared, facts: HostFacts): PreflightVerdict {
  const mismatch = mismatchOf(declared, facts);
  if (mismatch === undefined) return { check: "distribution", status: "pass", found: facts.prettyName };
  const { check, found, remedy } = mismatch;
  return { check, status: "fail", found: `it is ${found}, declared is ${mismatch.declared}`, remedy };
}
