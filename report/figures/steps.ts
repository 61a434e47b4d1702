import * as Plot from "@observablehq/plot";
import { percent } from "../format.ts";
import type { Markup } from "../markup.ts";
import { colours, draw, heightFor, names } from "./svg.ts";

const ROW = 110;

/** A place on the line of an empirical distribution: `share` of its values are at most `value`. Both in units of the axis. */
export interface Step {
  readonly variant: string;
  /** Which of the variant's lines. */
  readonly line: number;
  readonly value: number;
  readonly share: number;
}

export interface Mark {
  readonly variant: string;
  readonly value: number;
  readonly share: number;
}

/** Empirical distributions, one row per variant, with marks such as p95 on them. */
export function drawSteps(
  description: string,
  label: string,
  variants: readonly string[],
  { steps, marks }: { readonly steps: readonly Step[]; readonly marks: readonly Mark[] },
): Markup {
  return draw(description, {
    height: heightFor(variants.length, ROW),
    marginBottom: 38,
    marginLeft: 44,
    x: { label, labelAnchor: "center", labelArrow: "none", grid: true, ticks: 6 },
    y: {
      label: null,
      domain: [0, 1],
      ticks: [0, 0.5, 0.95],
      tickFormat: (share: number) => percent(share),
      insetTop: 20,
      grid: true,
    },
    fy: { axis: null, domain: variants, padding: 0.08 },
    marks: [
      Plot.line(steps, { x: "value", y: "share", z: "line", fy: "variant", curve: "step-after", stroke: colours.sample }),
      Plot.dot(marks, { x: "value", y: "share", fy: "variant", r: 3.5, fill: colours.estimate, symbol: "diamond2" }),
      names(variants),
    ],
  });
}
