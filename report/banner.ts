import { floorOfMetric, isQuiet } from "../benchmarks/gate/index.ts";
import { type MetricSummary, skips } from "../benchmarks/statistics/index.ts";
import { oversubscribed } from "./diagnostics.ts";
import { percent, plural } from "./format.ts";
import type { Tone } from "./table.ts";
import { EMULATED, type SessionView } from "./view.ts";

export interface Banner {
  readonly tone: Tone;
  /** A few words. */
  readonly heading: string;
  /** One sentence each. */
  readonly notes: readonly string[];
}

/** Is the session comparable, and what limits it? The first thing a reader sees. */
export function bannerOf(view: SessionView): Banner {
  const { summary } = view;
  const { state, comparability } = summary;
  const notes = [...(state.status === "valid" ? [] : state.reasons.map(({ detail }) => `${detail}.`)), ...limits(view)];
  if (state.status === "invalid") return { tone: "bad", heading: "Invalid: no conclusion may be drawn", notes };
  if (state.status === "skipped") return { tone: "neutral", heading: "Skipped: no host can do this", notes };
  if (state.status === "noisy") return { tone: "unsure", heading: "Noisy host: advice only", notes };
  if (comparability.confounded) return { tone: "unsure", heading: "Confounded: the hardware differs", notes };
  if (comparability.emulated) return { tone: "unsure", heading: "Comparable within this session; emulated", notes };
  return { tone: "good", heading: "Comparable: measured interleaved in one session", notes };
}

function limits(view: SessionView): readonly string[] {
  const { summary, data } = view;
  const { comparability, metrics, state, variants } = summary;
  return [
    ...(comparability.emulated ? [`${EMULATED}.`] : []),
    ...(comparability.confounded
      ? ["confounded: hardware. What differs may come from the machines rather than the systems."]
      : []),
    ...(state.status === "skipped" ? [] : skips(variants).map(({ detail }) => `${detail}.`)),
    ...crowdedOf(oversubscribed(summary)),
    ...metrics.flatMap(driftOf),
    ...floorOf(view),
    ...data.warnings.map((warning) => `${warning}.`),
    `${plural(comparability.differences.length, "recorded fact")} ${comparability.differences.length === 1 ? "differs" : "differ"} between the hosts.`,
  ];
}

/** The floor that the gate takes for the metric that leads: where it is too high the gate is off. */
function floorOf({ data, summary, history, primary }: SessionView): readonly string[] {
  const floor = primary && floorOfMetric({ current: data, summary, history }, summary.baseline, primary.definition);
  if (floor === undefined) return [];
  const where = floor.source === "history" ? ` in ${plural(floor.sessions, "session")}` : "";
  const high = isQuiet(floor, summary.tolerance) ? "" : ", too high for a gate at this tolerance";
  return [`noise floor ${percent(floor.value)}: the baseline against itself${where}${high}.`];
}

function crowdedOf(variants: readonly string[]): readonly string[] {
  return variants.length === 0 ? [] : [`oversubscribed, more threads than physical cores: ${variants.join(", ")}.`];
}

/** One line for each result metric that drifts, with every variant that does. */
function driftOf({ definition, estimates }: MetricSummary): readonly string[] {
  const drifting = estimates.filter(({ drift }) => drift);
  if (definition.kind !== "result" || drifting.length === 0) return [];
  const found = drifting.map(({ variant, lag1 }) => `${variant} ${(lag1 ?? 0).toFixed(2)}`);
  return [`drift in ${definition.title}: lag-1 autocorrelation beyond ±0.3: ${found.join(", ")}.`];
}
