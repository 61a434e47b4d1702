import type { Sample, Session } from "./schema.ts";

/** Rule of a sample that no rule about measuring took out. */
export const CUT_BLOCK = "cut-block";

/**
 * Samples of a block that an interruption cut are kept in the file and not counted: the other variants of that block were measured at
 * another time. What was invalid or skipped for a reason of its own keeps it.
 */
export function withoutCutBlocks(session: Session, samples: readonly Sample[]): readonly Sample[] {
  const cut = new Set(session.resumptions?.flatMap(({ cutBlock }) => cutBlock ?? []));
  if (cut.size === 0) return samples;
  return samples.map((sample) => (sample.role === "measured" && cut.has(sample.block) ? notCounted(sample) : sample));
}

function notCounted(sample: Sample): Sample {
  const { status } = sample.validity;
  if (status === "invalid" || status === "skipped" || status === "infra-error") return sample;
  const detail = `block ${sample.block} was cut by an interruption and measured anew`;
  return { ...sample, validity: { status: "invalid", reasons: [{ rule: CUT_BLOCK, detail }] } };
}
