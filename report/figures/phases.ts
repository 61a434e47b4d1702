import * as Plot from "@observablehq/plot";
import { capital, quantity, scaleFor } from "../format.ts";
import { EMULATED, phasedVariants, type SessionView } from "../view.ts";
import { colours, draw, type Figure, heightFor, phaseColours } from "./svg.ts";

const ROW = 52;

/** Medians of the phases as stacked bars from 0. */
export function phaseFigure(view: SessionView): Figure | undefined {
  const [first] = view.phases;
  if (first === undefined) return undefined;
  const variants = phasedVariants(view);
  const bars = variants.map((variant) => segmentsOf(view, variant));
  const totals = bars.map((segments) => segments.at(-1)?.to ?? 0);
  const scale = scaleFor(first.definition.unit, totals);
  const segments = bars.flat().map((bar) => ({ ...bar, from: bar.from / scale.factor, to: bar.to / scale.factor }));
  const labels = variants.map((variant) => ({ variant }));
  const description = bars
    .map((own, i) => `${variants[i]}: ${own.map(({ phase, from, to }) => `${phase} ${quantity(to - from, scale)}`).join(", ")}`)
    .join(". ");
  const drawing = draw(`Phases as bars from 0${view.summary.comparability.emulated ? ` (${EMULATED})` : ""}. ${description}.`, {
    height: heightFor(variants.length, ROW),
    marginBottom: 38,
    x: { label: `median of each phase (${scale.symbol})`, labelAnchor: "center", labelArrow: "none", grid: true, ticks: 6 },
    y: { axis: null, domain: [0, 2] },
    fy: { axis: null, domain: variants, padding: 0 },
    color: { type: "identity" },
    marks: [
      Plot.rect(segments, { x1: "from", x2: "to", y1: 0.35, y2: 1.2, fy: "variant", fill: "colour", insetRight: 1 }),
      Plot.text(labels, { text: "variant", fy: "variant", frameAnchor: "top-left", dy: 2, fontWeight: 600 }),
      Plot.ruleX([0], { stroke: colours.quiet }),
    ],
  });
  return {
    title: "Phases",
    caption: "Medians of each phase, stacked from 0. Medians need not add up to the median of the whole.",
    drawing,
  };
}

interface Segment {
  readonly variant: string;
  readonly phase: string;
  readonly from: number;
  readonly to: number;
  readonly colour: string;
}

function segmentsOf(view: SessionView, variant: string): readonly Segment[] {
  let from = 0;
  return view.phases.flatMap(({ definition, estimates }, i) => {
    const length = estimates.find((estimate) => estimate.variant === variant)?.median ?? Number.NaN;
    if (!Number.isFinite(length)) return [];
    const segment = {
      variant,
      phase: definition.title,
      from,
      to: from + length,
      colour: phaseColours[i % phaseColours.length] ?? colours.quiet,
    };
    from = segment.to;
    return [segment];
  });
}

/** Names and colours of the phases, for the legend under the figure. */
export function phaseLegend(view: SessionView): readonly { readonly name: string; readonly colour: string }[] {
  return view.phases.map(({ definition }, i) => ({
    name: capital(definition.title),
    colour: phaseColours[i % phaseColours.length] ?? colours.quiet,
  }));
}
