import type { Sample } from "../results/schema.ts";

/** A text that had to be the same in every sample of a session, and was not. */
export interface IdentityMismatch {
  readonly name: string;
  /** Text to the variants that gave it. */
  readonly values: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Texts that must be equal in all variants, such as the digest of the generated tokens, and are not: the variants did different work, so
 * no figure of theirs may be compared. Warm-ups count as well; what was counted out does not.
 */
export function identityMismatches(samples: readonly Sample[]): readonly IdentityMismatch[] {
  const found = new Map<string, Map<string, Set<string>>>();
  for (const { identities = {}, validity, variant } of samples) {
    if (validity.status === "invalid") continue;
    for (const [name, value] of Object.entries(identities)) note(found, name, value, variant);
  }
  return [...found].filter(([, values]) => values.size > 1).map(([name, values]) => ({ name, values }));
}

function note(found: Map<string, Map<string, Set<string>>>, name: string, value: string, variant: string): void {
  const values = found.get(name) ?? new Map<string, Set<string>>();
  found.set(name, values.set(value, (values.get(value) ?? new Set()).add(variant)));
}
