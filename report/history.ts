import * as Plot from "@observablehq/plot";
import { extent } from "d3-array";
import { fingerprintDifferences, type PastSession } from "../benchmarks/gate/index.ts";
import type { Estimate } from "../benchmarks/statistics/index.ts";
import { closed, OPEN_INTERVAL } from "./figures/open-interval.ts";
import { colours, draw, type Figure, heightFor, wholeOnly } from "./figures/svg.ts";
import { capital, dayText, intervalText, quantity, type Scale, scaleFor, timeText } from "./format.ts";
import type { Table } from "./table.ts";
import { trendText } from "./trends.ts";
import { markOf, type SessionView } from "./view.ts";

const ROW = 90;
/** Earlier sessions drawn. */
const MOST = 20;

type Placed = Pick<PastSession, "session" | "environments">;

/** A session of the history: the primary metric of its variants, and the facts that changed since the one before. */
interface Entry {
  readonly session: PastSession["session"];
  readonly status: PastSession["status"];
  readonly estimates: readonly Estimate[];
  readonly changed: readonly string[];
}

/** Earlier sessions of the same stack and benchmark beside this one, oldest first. `undefined` where this is the first. */
export function historyFigure(view: SessionView): { readonly figure: Figure; readonly table: Table } | undefined {
  const { primary } = view;
  const earlier = (view.data.earlier ?? []).slice(-MOST);
  if (primary === undefined || earlier.length === 0) return undefined;
  const { name } = primary.definition;
  const entries = [
    ...earlier.map((past, index) => entryOf({ ...past, estimates: past.estimates.get(name) }, earlier[index - 1])),
    entryOf({ ...view.data, status: view.summary.state.status, estimates: primary.estimates }, earlier.at(-1)),
  ];
  const medians = entries.flatMap(({ estimates }) => estimates.map(({ median }) => median));
  const scale = scaleFor(primary.definition.unit, medians);
  const doubtful = entries.some(isDoubtful) ? " Hollow: the session was invalid or noisy." : "";
  const open = entries.some(({ estimates }) => estimates.some(({ interval }) => interval?.high === Number.POSITIVE_INFINITY));
  const figure = {
    title: "Earlier sessions",
    caption: `${capital(primary.definition.title)} in ${scale.symbol === "" ? "its unit" : scale.symbol}: median and interval of each session, oldest first. A dashed line: the fingerprint changed there, and values on its two sides are not comparable. A solid line: the level changed there (advisory).${doubtful}${open ? OPEN_INTERVAL : ""}`,
    drawing: drawHistory(view, entries, scale),
  };
  return { figure, table: tableOf(view, entries, scale) };
}

interface Own extends Placed, Pick<PastSession, "status"> {
  /** Of the primary metric. */
  readonly estimates: readonly Estimate[] | undefined;
}

function entryOf({ status, estimates = [], ...own }: Own, before: Placed | undefined): Entry {
  const differences = before === undefined ? [] : fingerprintDifferences(own, before, []);
  return {
    ...{ session: own.session, status },
    estimates: estimates.filter(({ n }) => n > 0),
    changed: [...new Set(differences.map(({ fact }) => fact))],
  };
}

function drawHistory(view: SessionView, entries: readonly Entry[], { factor }: Scale) {
  const variants = view.data.session.variants.map(({ id }) => id);
  const points = entries.flatMap((entry, index) =>
    entry.estimates
      .filter(({ variant, median }) => variants.includes(variant) && Number.isFinite(median))
      .map(({ variant, median, interval }) => {
        const [low, high] = [interval?.low ?? median, interval?.high ?? median];
        const figures = { median: median / factor, low: low / factor, high: high / factor };
        return { variant, session: index + 1, doubtful: isDoubtful(entry), ...figures };
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
        ...{ domain: [0.5, entries.length + 0.5], label: axisLabel(entries), labelAnchor: "center", labelArrow: "none" },
        ...{ ticks: entries.length < 12 ? entries.map((_, index) => index + 1) : 6, tickFormat: wholeOnly },
      },
      y: { label: null, ticks: 3, insetTop: 20, insetBottom: 6, grid: true },
      fy: { axis: null, domain: variants, padding: 0.08 },
      marks: [
        Plot.ruleX(changes, { stroke: colours.unsure, strokeDasharray: "4 3" }),
        Plot.ruleX(levels(view, entries), { x: "session", fy: "variant", stroke: colours.bad, strokeWidth: 1.5 }),
        Plot.ruleX(closed(points, endsOf(points)), {
          x: "session",
          y1: "low",
          y2: "high",
          fy: "variant",
          stroke: colours.estimate,
          strokeWidth: 3,
        }),
        Plot.dot(points, { x: "session", y: "median", fy: "variant", r: 5, fill: colours.estimate, symbol: "diamond2" }),
        ...hollow(points.filter((point) => point.doubtful)),
        Plot.text(variants, {
          ...{ text: (variant: string) => variant, fy: (variant: string) => variant },
          ...{ frameAnchor: "top-left", dy: 2, fontWeight: 600 },
        }),
      ],
    },
  );
}

/** Sessions by their number in the table, and from when to when: dates as ticks would be the same for several sessions of a day. */
function axisLabel(entries: readonly Entry[]): string {
  const days = entries.map(({ session }) => dayText(session.startedAt));
  return `session, ${[...new Set([days[0], days.at(-1)])].join(" to ")}`;
}

/** Where the bars end that have no end: a little beyond all the others. */
function endsOf(points: readonly { readonly low: number; readonly median: number; readonly high: number }[]): [number, number] {
  const [low = 0, high = 0] = extent(points.flatMap((point) => [point.low, point.median, point.high]).filter(Number.isFinite));
  const margin = 0.04 * (high - low);
  return [low - margin, high + margin];
}

function isDoubtful({ status }: Entry): boolean {
  return status !== "valid";
}

/** No mark at all where there is nothing to mark, so that a page of valid sessions has none. */
function hollow(points: readonly { readonly median: number }[]) {
  const place = { x: "session", y: "median", fy: "variant" };
  return points.length === 0 ? [] : [Plot.dot(points, { ...place, r: 2.5, fill: "var(--raised)", symbol: "diamond2" })];
}

/** Where the level of the primary metric changed: between a session and the one before. */
function levels({ trends, primary }: SessionView, entries: readonly Entry[]) {
  return entries.flatMap(({ session: { id } }, index) =>
    trends
      .filter(({ session, metric }) => session === id && metric === primary?.definition.name)
      .map(({ variant }) => ({ variant, session: index + 0.5 })),
  );
}

function tableOf(view: SessionView, entries: readonly Entry[], scale: Scale): Table {
  const columns = ["Session", "Started", "Variant", "n", "Median", "Interval", "Level changed", "Fingerprint facts changed"];
  return {
    caption: `Earlier sessions${markOf(view)}`,
    columns: columns.map((title, i) => ({ title, numeric: i > 2 && i < 6 })),
    rows: entries.flatMap(({ session: { id, startedAt }, status, estimates, changed }, index) =>
      estimates.map(({ variant, n, median, interval }) => [
        ...[String(index + 1), `${timeText(startedAt)}${status === "valid" ? "" : ` (${status})`}`, variant, String(n)],
        ...[quantity(median, scale), intervalText(interval, scale)],
        ...[trendText(view.trends, { session: id, variant, metric: view.primary?.definition.name ?? "" }), changed.join(", ")],
      ]),
    ),
  };
}
