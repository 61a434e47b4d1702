import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { Markup } from "../markup.ts";

/**
 * Width of every figure's own coordinates. Small, so that its text stays readable when a phone scales it down, and two fit side by
 * side on a desk.
 */
const WIDTH = 400;
const FONT_SIZE = 13;

/** Colours come from the page's style sheet, so one drawing serves light and dark. */
export const colours = {
  sample: "var(--sample)",
  estimate: "var(--estimate)",
  quiet: "var(--quiet)",
  band: "var(--band)",
  good: "var(--good)",
  bad: "var(--bad)",
  unsure: "var(--unsure)",
} as const;

export const phaseColours = ["var(--phase-1)", "var(--phase-2)", "var(--phase-3)", "var(--phase-4)", "var(--phase-5)"] as const;

/** Draws at build time. The same marks give the same bytes: nothing in it depends on time, chance or earlier drawings. */
export function draw(description: string, options: Plot.PlotOptions): Markup {
  const { document } = parseHTML("<html></html>");
  const svg = Plot.plot({
    width: WIDTH,
    marginLeft: 14,
    marginRight: 18,
    marginTop: 8,
    style: { fontSize: `${FONT_SIZE}px` },
    ...options,
    document,
  });
  for (const labelled of svg.querySelectorAll("[aria-label], [aria-hidden]")) {
    labelled.removeAttribute("aria-label");
    labelled.removeAttribute("aria-hidden");
  }
  for (const style of svg.querySelectorAll("style")) style.remove();
  svg.removeAttribute("class");
  svg.removeAttribute("font-family");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", description);
  return new Markup(svg.outerHTML.replace(COORDINATES, shorten));
}

/**
 * Dots as one path of steps without length, whose round ends are seen: an element for each would make the page slow and large. Dots on the
 * same third of a pixel are drawn once.
 */
export function dots<Datum>(data: readonly Datum[], { r, stroke, ...place }: DotOptions): Plot.Dot {
  return Plot.dot(data as Datum[], { ...place, render: asOnePath({ stroke, "stroke-width": String(2 * r) }) });
}

/** The name of each variant at the top of its row. */
export function names(variants: readonly string[]): Plot.Text {
  return Plot.text([...variants], {
    text: (variant: string) => variant,
    fy: (variant: string) => variant,
    frameAnchor: "top-left",
    dy: 2,
    fontWeight: 600,
  });
}

interface DotOptions extends Pick<Plot.DotOptions, "x" | "y" | "fy"> {
  readonly r: number;
  readonly stroke: string;
}

function asOnePath(attributes: Readonly<Record<string, string>>): Plot.RenderFunction {
  return (index, _scales, values, _dimensions, context) => {
    const { x = [], y = [] } = values as { readonly x?: ArrayLike<number>; readonly y?: ArrayLike<number> };
    const third = (value: number | undefined) => Math.round((value ?? 0) * 3);
    const places = new Map(Array.from(index, (i) => [`${third(x[i])} ${third(y[i])}`, i] as const));
    const steps = [...places.values()].map((i) => `M${(x[i] ?? 0).toFixed(1)},${(y[i] ?? 0).toFixed(1)}h0`);
    const path = context.document.createElementNS("http://www.w3.org/2000/svg", "path");
    for (const [name, value] of Object.entries({ ...attributes, ...shape, d: steps.join("") })) path.setAttribute(name, value);
    return path;
  };
}

const shape = { fill: "none", "stroke-linecap": "round", "stroke-opacity": "0.65" };

/** Attributes that hold coordinates; labels are left alone. */
const COORDINATES = / (?:d|cx|cy|x|y|x1|x2|y1|y2|width|height|transform)="[^"]*"/g;

/** Hundredths of a pixel are enough, and a third of the bytes. */
function shorten(attribute: string): string {
  return attribute.replace(/(\d\.\d\d)\d+/g, "$1");
}

export interface Figure {
  readonly title: string;
  /** One sentence: how to read it. */
  readonly caption: string;
  readonly drawing: Markup;
}

/** Labels of an axis of positions: a short one has ticks between two of them, which get none. */
export function wholeOnly(position: number): string {
  return Number.isInteger(position) ? String(position) : "";
}

/** Height for `rows` rows. */
export function heightFor(rows: number, perRow: number): number {
  return 46 + rows * perRow;
}
