import type { Look, Sample, Session } from "../results/schema.ts";
import { halfWidths } from "./precision.ts";

/** What is known when it has to be decided whether another block is measured. */
export interface Standing {
  /** Complete blocks, second tries not counted. */
  readonly blocksDone: number;
  /** All samples so far. */
  readonly samples: readonly Sample[];
  /** Seconds of measuring, earlier parts of an interrupted session included. */
  readonly seconds: number;
  /** Seconds that the next block will probably take; 0 while nothing is known. */
  readonly blockSeconds: number;
  readonly at: Date;
}

/** Smallest number of blocks with a 95 % interval. */
export const LEAST_BLOCKS = 6;

/**
 * The look that is due now, or nothing where none is. Stops at the most blocks, when the budget is used up, and at a declared number of
 * blocks when every ratio's interval is narrow enough: on precision, never on significance, so that looking does not change how often a
 * difference is found where there is none.
 */
export function lookAt(session: Session, standing: Standing): Look | undefined {
  const { blocks, looks = [], budgetSeconds = Number.POSITIVE_INFINITY } = session.design;
  const { blocksDone, seconds, blockSeconds } = standing;
  if (blocksDone >= blocks && looks.length === 0) return undefined;
  const spent = blocksDone > 0 && seconds + blockSeconds > budgetSeconds;
  const due = looks.includes(blocksDone) || blocksDone >= blocks;
  if (!(spent || due)) return undefined;
  const widths = halfWidths(session, standing.samples);
  const needed = Math.log1p(session.design.tolerance / 2);
  const narrow = due && Object.keys(widths).length > 0 && Object.values(widths).every((half) => half !== null && half <= needed);
  const seen = { blocks: blocksDone, at: standing.at.toISOString(), halfWidths: widths, needed, seconds, blockSeconds };
  return { ...seen, ...decisionOf({ narrow, most: blocksDone >= blocks, spent }, session, standing, widths) };
}

function decisionOf(
  found: { readonly narrow: boolean; readonly most: boolean; readonly spent: boolean },
  { design }: Session,
  { seconds, blockSeconds }: Standing,
  widths: Look["halfWidths"],
): Pick<Look, "decision" | "reason"> {
  const bound = `${(50 * design.tolerance).toPrecision(2)} %`;
  if (found.narrow) return { decision: "stop", reason: `every interval is narrower than +-${bound}` };
  if (found.most) return { decision: "stop", reason: `${design.blocks} blocks are the most; ${widest(widths)}` };
  if (found.spent)
    return {
      decision: "stop",
      reason: `another block of ${Math.round(blockSeconds)} s would exceed the budget of ${design.budgetSeconds} s after ${Math.round(seconds)} s`,
    };
  return { decision: "go on", reason: `${widest(widths)}, wanted +-${bound}` };
}

function widest(widths: Look["halfWidths"]): string {
  const unknown = Object.keys(widths).find((variant) => widths[variant] === null);
  if (unknown !== undefined) return `${unknown} has no interval yet`;
  const [variant, half] = Object.entries(widths).reduce((a, b) => ((b[1] ?? 0) > (a[1] ?? 0) ? b : a), ["", 0]);
  return variant === ""
    ? "there is no ratio to look at"
    : `${variant} is known to +-${(100 * Math.expm1(half ?? 0)).toPrecision(2)} %`;
}

/** Blocks that fit into what is left of the budget; no more than planned. */
export function blocksWithin(session: Session, { blocksDone, seconds, blockSeconds }: Standing): number {
  const { blocks, budgetSeconds } = session.design;
  if (budgetSeconds === undefined || blockSeconds <= 0) return blocks;
  return Math.min(blocks, blocksDone + Math.max(blocksDone === 0 ? 1 : 0, Math.floor((budgetSeconds - seconds) / blockSeconds)));
}
