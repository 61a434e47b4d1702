import * as Plot from "@observablehq/plot";
import { median } from "../../benchmarks/statistics/index.ts";
import { colours, dots, draw, type Figure, heightFor, names, wholeOnly } from "../figures/svg.ts";
import { quantity, scaleFor } from "../format.ts";
import type { Table } from "../table.ts";
import { markOf, type SessionView } from "../view.ts";
import { type Group, groupsOf, largest, PLACES } from "./groups.ts";
import { eventsByVariant, type Gap, gapsOf } from "./samples.ts";

const ROW = 100;
const TABLE_PLACES = 16;

type Gaps = ReadonlyMap<string, readonly Gap[]>;

/** Time per token by its position in the answer: a growing cache shows as a slope, a stall as a lone dot. */
export function gapFigure(view: SessionView): { readonly figure: Figure; readonly table: Table } | undefined {
  const gaps = eventsByVariant(view, gapsOf);
  if (gaps.size === 0) return undefined;
  const figure = {
    title: "Time per token by position",
    caption:
      "Over all requests that count: the line is the median at a position, a dot the longest. The first token has no gap; its time is a metric of its own.",
    drawing: drawGaps(view, gaps),
  };
  return { figure, table: tableOf(view, gaps) };
}

function drawGaps(view: SessionView, gaps: Gaps) {
  const variants = [...gaps.keys()];
  const scale = scaleFor("s", [largest([...gaps.values()].flat().map(({ seconds }) => seconds))]);
  const points = [...gaps].flatMap(([variant, own]) =>
    groupsOf(own, ({ position }) => position, PLACES).map((group) => {
      const { middle, longest } = summaryOf(group);
      const position = (group.from + group.to) / 2;
      return { variant, position, median: middle / scale.factor, longest: longest / scale.factor };
    }),
  );
  return draw(`Time per token by position${markOf(view)}: ${variants.join(", ")}. The table has medians and longest gaps.`, {
    height: heightFor(variants.length, ROW),
    marginBottom: 38,
    marginLeft: 44,
    x: {
      ...{ label: `position of the token; gap in ${scale.symbol}`, labelAnchor: "center", labelArrow: "none" },
      ...{ ticks: 6, tickFormat: wholeOnly },
    },
    y: { label: null, ticks: 3, insetTop: 20, grid: true, zero: true },
    fy: { axis: null, domain: variants, padding: 0.08 },
    marks: [
      dots(points, { x: "position", y: "longest", fy: "variant", r: 2, stroke: colours.unsure }),
      Plot.line(points, { x: "position", y: "median", fy: "variant", stroke: colours.sample }),
      names(variants),
    ],
  });
}

function tableOf(view: SessionView, gaps: Gaps): Table {
  const scale = scaleFor("s", [largest([...gaps.values()].flat().map(({ seconds }) => seconds))]);
  const columns = ["Variant", "Positions", "Gaps", "Median", "Longest"];
  return {
    caption: `Time per token by position${markOf(view)}`,
    columns: columns.map((title, i) => ({ title, numeric: i > 0 })),
    rows: [...gaps].flatMap(([variant, own]) =>
      groupsOf(own, ({ position }) => position, TABLE_PLACES).map((group) => {
        const { middle, longest } = summaryOf(group);
        const positions = group.from === group.to ? String(group.from) : `${group.from} to ${group.to}`;
        return [variant, positions, String(group.points.length), quantity(middle, scale), quantity(longest, scale)];
      }),
    ),
  };
}

function summaryOf({ points }: Group<Gap>) {
  const seconds = points.map((gap) => gap.seconds);
  return { middle: median(seconds), longest: largest(seconds) };
}
