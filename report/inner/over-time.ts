import { median } from "../../benchmarks/statistics/index.ts";
import { colours, dots, draw, type Figure, heightFor, names } from "../figures/svg.ts";
import { figure as digits, quantity, scaleFor } from "../format.ts";
import { html, type Markup } from "../markup.ts";
import type { Table } from "../table.ts";
import { markOf, type SessionView } from "../view.ts";
import { groupsOf, largest, PLACES } from "./groups.ts";
import { eventsByVariant, type Request, requestsOf } from "./samples.ts";

const ROW = { latency: 100, lateness: 60 } as const;
const TABLE_PLACES = 12;
const SECONDS = { factor: 1, symbol: "s" };

type Requests = ReadonlyMap<string, readonly Request[]>;

/** Latency by the due instant, and below it how late the generator sent: a late send is not the server's delay. */
export function overTimeFigure(view: SessionView): { readonly figure: Figure; readonly table: Table } | undefined {
  const requests = eventsByVariant(view, requestsOf);
  if (requests.size === 0) return undefined;
  const figure = {
    title: "Latency over the window",
    caption:
      "All windows of a variant laid over each other by due instant: median of what was due together, and the longest in another colour. " +
      "Below: how late the generator sent, from the due instant too. Failed requests are counted in the table.",
    drawing: html`${panel(view, requests, "latency")}${panel(view, requests, "lateness")}`,
  };
  return { figure, table: tableOf(view, requests) };
}

function panel(view: SessionView, requests: Requests, name: "latency" | "lateness"): Markup {
  const variants = [...requests.keys()];
  const points = [...requests].flatMap(([variant, own]) => {
    const known = own.filter((request) => Number.isFinite(request[name]));
    return groupsOf(known, ({ due }) => due, PLACES).map(({ from, to, points: here }) => {
      const values = here.map((request) => request[name]);
      return { variant, due: (from + to) / 2, median: median(values), longest: largest(values) };
    });
  });
  const scale = scaleFor("s", [largest(points.map(({ longest }) => longest))]);
  const drawn = points.map((point) => ({
    ...point,
    median: point.median / scale.factor,
    longest: point.longest / scale.factor,
  }));
  const label = name === "latency" ? "latency" : "send lateness";
  return draw(
    `${label} by due instant${markOf(view)}: ${variants.join(", ")}. Longest ${quantity(largest(points.map(({ longest }) => longest)), scale)}.`,
    {
      height: heightFor(variants.length, ROW[name]),
      marginBottom: 38,
      marginLeft: 44,
      x: { label: `due (s); ${label} in ${scale.symbol}`, labelAnchor: "center", labelArrow: "none", ticks: 6 },
      y: { label: null, ticks: 3, insetTop: 20, grid: true, zero: true },
      fy: { axis: null, domain: variants, padding: 0.08 },
      marks: [
        dots(drawn, { x: "due", y: "longest", fy: "variant", r: 2, stroke: colours.unsure }),
        dots(drawn, { x: "due", y: "median", fy: "variant", r: 2, stroke: colours.sample }),
        names(variants),
      ],
    },
  );
}

function tableOf(view: SessionView, requests: Requests): Table {
  const all = [...requests.values()].flat();
  const scale = scaleFor("s", [largest(all.map(({ latency }) => latency))]);
  const late = scaleFor("s", [largest(all.map(({ lateness }) => lateness))]);
  const columns = ["Variant", "Due", "Requests", "Failed", "Median", "Longest", "Lateness, median", "Lateness, longest"];
  return {
    caption: `Latency and send lateness by due instant${markOf(view)}`,
    columns: columns.map((title, i) => ({ title, numeric: i > 0 })),
    rows: [...requests].flatMap(([variant, own]) =>
      groupsOf(own, ({ due }) => due, TABLE_PLACES).map(({ from, to, points }) => {
        const latencies = points.map(({ latency }) => latency);
        const answered = latencies.filter(Number.isFinite);
        const sends = points.map(({ lateness }) => lateness);
        return [
          ...[variant, `${digits(from, SECONDS)} to ${quantity(to, SECONDS)}`, String(points.length)],
          ...[String(points.length - answered.length), quantity(median(latencies), scale)],
          quantity(answered.length === 0 ? Number.NaN : largest(answered), scale),
          ...[quantity(median(sends), late), quantity(largest(sends), late)],
        ];
      }),
    ),
  };
}
