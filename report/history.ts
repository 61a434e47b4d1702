import * as Plot from "@observablehq/plot";
import { fingerprintDifferences } from "../benchmarks/gate/index.ts";
import type { SessionData } from "../benchmarks/index.ts";
import { type Estimate, summarise } from "../benchmarks/statistics/index.ts";
import { colours, draw, type Figure, heightFor } from "./figures/svg.ts";
import { capital, intervalText, quantity, type Scale, scaleFor, timeText } from "./format.ts";
import type { Table } from "./table.ts";
import { trendText } from "./trends.ts";
import { markOf, type SessionView } from "./view.ts";

const ROW = 90;
/** Earlier sessions drawn. */
const MOST = 20;

/** A session of the history: the primary metric of its variants, and the facts that changed since the one before. */
interface Entry {
  readonly data: SessionData;
  readonly estimates: readonly Estimate[];
  readonly changed: readonly string[];
}

/** Earlier sessions of the same stack and benchmark beside this one, oldest first. `undefined` where this is the first. */
export function historyFigure(view: SessionView): { readonly figure: Figure; readonly table: Table } | undefined {
  const { primary } = view;
  const earlier = (view.data.earlier ?? []).slice(-MOST);
  if (primary === undefined || earlier.length === 0) return undefined;
  const sessions = [...earlier, view.data];
  const entries = sessions.map((data, index) => {
    const summary = data === view.data ? view.summary : summarise(data);
    return entryOf({ data, summary }, sessions[index - 1], primary.definition.name);
  });
  const medians = entries.flatMap(({ estimates }) => estimates.map(({ median }) => median));
  const scale = scaleFor(primary.definition.unit, medians);
  const figure = {
    title: "Earlier sessions",
    caption: `${capital(primary.definition.title)} in ${scale.symbol === "" ? "its unit" : scale.symbol}: median and interval of each session, oldest first. A dashed line: the fingerprint changed there, and values on its two sides are not comparable. A solid line: the level changed there (advisory).`,
    drawing: drawHistory(view, entries, scale),
  };
  return { figure, table: tableOf(view, entries, scale) };
}

function entryOf(
  { data, summary }: Pick<SessionView, "data" | "summary">,
  before: SessionData | undefined,
  metric: string,
): Entry {
  const found = summary.metrics.find(({ definition }) => definition.name === metric);
  const differences = before === undefined ? [] : fingerprintDifferences(data, before, []);
  return {
    data,
    estimates: found?.estimates.filter(({ n }) => n > 0) ?? [],
    changed: [...new Set(differences.map(({ fact }) => fact))],
  };
}

function drawHistory(view: SessionView, entries: readonly Entry[], { factor }: Scale) {
  const variants = view.data.session.variants.map(({ id }) => id);
  const points = entries.flatMap(({ estimates }, index) =>
    estimates
      .filter(({ variant, median }) => variants.includes(variant) && Number.isFinite(median))
      .map(({ variant, median, interval, max }) => {
        const [low, high] = [interval?.low ?? median, Math.min(interval?.high ?? median, max)];
        return { variant, session: index + 1, median: median / factor, low: low / factor, high: high / factor };
      }),
  );
  const changes = entries.flatMap(({ changed }, index) => (changed.length === 0 ? [] : [index + 0.5]));
  return draw(
    `History of ${entries.length} sessions${markOf(view)}: ${variants.join(", ")}. The table has medians and changes.`,
    {
      height: heightFor(variants.length, ROW),
      marginBottom: 38,
      marginLeft: 44,
      x: {
        ...{ domain: [0.5, entries.length + 0.5], label: "session", labelAnchor: "center", labelArrow: "none" },
        ticks: entries.length < 12 ? entries.map((_, index) => index + 1) : 6,
      },
      y: { label: null, ticks: 3, insetTop: 20, insetBottom: 6, grid: true },
      fy: { axis: null, domain: variants, padding: 0.08 },
      marks: [
        Plot.ruleX(changes, { stroke: colours.unsure, strokeDasharray: "4 3" }),
        Plot.ruleX(levels(view, entries), { x: "session", fy: "variant", stroke: colours.bad, strokeWidth: 1.5 }),
        Plot.ruleX(points, { x: "session", y1: "low", y2: "high", fy: "variant", stroke: colours.estimate, strokeWidth: 3 }),
        Plot.dot(points, { x: "session", y: "median", fy: "variant", r: 5, fill: colours.estimate, symbol: "diamond2" }),
        Plot.text(variants, {
          ...{ text: (variant: string) => variant, fy: (variant: string) => variant },
          ...{ frameAnchor: "top-left", dy: 2, fontWeight: 600 },
        }),
      ],
    },
  );
}

/** Where the level of the primary metric changed: between a session and the one before. */
function levels({ trends, primary }: SessionView, entries: readonly Entry[]) {
  return entries.flatMap(({ data }, index) =>
    trends
      .filter(({ session, metric }) => session === data.session.id && metric === primary?.definition.name)
      .map(({ variant }) => ({ variant, session: index + 0.5 })),
  );
}

function tableOf(view: SessionView, entries: readonly Entry[], scale: Scale): Table {
  const columns = ["Session", "Started", "Variant", "n", "Median", "Interval", "Level changed", "Fingerprint facts changed"];
  return {
    caption: `Earlier sessions${markOf(view)}`,
    columns: columns.map((title, i) => ({ title, numeric: i > 2 && i < 6 })),
    rows: entries.flatMap(({ data, estimates, changed }, index) =>
      estimates.map(({ variant, n, median, interval }) => [
        ...[String(index + 1), timeText(data.session.startedAt), variant, String(n)],
        ...[quantity(median, scale), intervalText(interval, scale)],
        ...[
          trendText(view.trends, { session: data.session.id, variant, metric: view.primary?.definition.name ?? "" }),
          changed.join(", "),
        ],
      ]),
    ),
  };
}
