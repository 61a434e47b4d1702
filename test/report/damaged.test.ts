import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { chooseBaseline, compareSessions, compareVariants, gate, historyOf, pastOf } from "../../benchmarks/gate/index.ts";
import {
  type MetricDefinition,
  type Sample,
  type SessionData,
  sampleSchema,
  seriesSchema,
  sessionSchema,
  type Validity,
} from "../../benchmarks/index.ts";
import { summarise } from "../../benchmarks/statistics/index.ts";
import { UserError } from "../../hosts/index.ts";
import { renderHtml } from "../../report/html.ts";
import {
  type ReportSession,
  renderComparisonTerminal,
  renderGateJunit,
  renderGateMarkdown,
  renderGateTerminal,
  renderJson,
  renderMarkdown,
  renderPullRequest,
  renderSamplesCsv,
  renderSummaryCsv,
  renderTerminal,
  withTrends,
} from "../../report/index.ts";
import { syntheticSession } from "./synthetic-session.ts";

/** Numbers that a broken clock, a cut file or another program could have left; JSON has no infinity. */
const number = fc.oneof(
  fc.constantFrom(0, -0, -1, 1, 1e-120, 5e-324, 1e120, Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** 53),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: 0.5, max: 2, noNaN: true }),
);
const text = fc.oneof(
  fc.constantFrom("", "a/docker", "a/docker#2", "b", "__proto__", "<b>|`\n\u0000"),
  fc.string({ maxLength: 12 }),
);
const reasons = fc.array(fc.record({ rule: text, detail: text }), { minLength: 1, maxLength: 2 });
const validity: fc.Arbitrary<Validity> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ status: "valid" as const }) },
  fc.record({ status: fc.constantFrom("invalid" as const, "disturbed" as const), reasons }),
  fc.record({ status: fc.constantFrom("failed" as const, "infra-error" as const, "skipped" as const), cause: text }),
);

const metrics: readonly MetricDefinition[] = (["result", "result", "phase", "diagnostic"] as const).map((kind, index) => ({
  ...{ name: ["total", "size", "create", "threadsPerCore"][index] ?? "", title: `metric ${index}`, kind, primary: index === 0 },
  ...(index === 1 ? { unit: "B" as const, exact: true } : { unit: "s" as const }),
  better: index === 1 ? "higher" : "lower",
}));

/** One change to a sample that the schema lets through. */
const change = fc.record(
  {
    variant: text,
    role: fc.constantFrom("warm-up" as const, "measured" as const, "calibration" as const),
    block: fc.nat({ max: 12 }),
    sequence: fc.nat({ max: 40 }),
    at: text,
    values: fc.dictionary(fc.constantFrom("total", "size", "create", "threadsPerCore", "clientSpawn", "other"), number),
    conditions: fc.dictionary(fc.constantFrom("control.seconds", "control.count", "tokens.packed"), number),
    identities: fc.dictionary(fc.constantFrom("tokens"), text),
    validity,
  },
  { requiredKeys: [] },
);
const series = fc.dictionary(
  fc.constantFrom("due", "latency", "lateness", "status", "gap.1", "gap.x", "run", "warmup"),
  fc.array(number, { maxLength: 6 }),
);

const sessionOf = fc
  .record({
    blocks: fc.constantFrom(0, 1, 2, 6, 10),
    variants: fc.constantFrom(1, 2, 4),
    changes: fc.array(fc.tuple(fc.nat({ max: 60 }), change), { maxLength: 25 }),
    dropped: fc.array(fc.nat({ max: 60 }), { maxLength: 10 }),
    metrics: fc.subarray([...metrics]),
    baseline: fc.oneof(fc.constant("a/docker"), text),
    tolerance: fc.oneof(fc.constant(0.1), fc.double({ min: 0.001, max: 1, noNaN: true })),
    outcome: fc.constantFrom("complete" as const, "complete" as const, "running" as const, "failed" as const),
    startedAt: fc.oneof(fc.constant("2026-01-01T00:00:00.000Z"), text),
    environments: fc.boolean(),
    series: fc.array(fc.tuple(fc.nat({ max: 40 }), series), { maxLength: 6 }),
  })
  .map((given): ReportSession => {
    const names = ["a/docker", "b/docker", "c/podman", "d/podman"].slice(0, given.variants);
    const data = syntheticSession({
      blocks: given.blocks,
      variants: Object.fromEntries(names.map((name) => [name, 1])),
      metrics,
    });
    const samples = data.samples.flatMap((sample, index): readonly Sample[] => {
      if (given.dropped.includes(index)) return [];
      const changes = given.changes.filter(([at]) => at === index).map(([, one]) => one);
      return [sampleSchema.parse(Object.assign({}, sample, ...changes))];
    });
    const { baseline, outcome, startedAt } = given;
    const design = { ...data.session.design, tolerance: given.tolerance };
    const session = sessionSchema.parse({ ...data.session, metrics: given.metrics, baseline, design, outcome, startedAt });
    const found = given.series.map(([sequence, one]) => seriesSchema.parse({ sequence, series: one }));
    return {
      ...{ ...data, session, samples, environments: given.environments ? data.environments : [] },
      series: new Map(found.map((one) => [one.sequence, one.series])),
    };
  });

const options = { title: "Damaged", directory: "results/report-damaged" };
const gated = (current: SessionData, earlier: SessionData) => {
  const history = historyOf(current, [pastOf(earlier)]);
  const [variant = { id: "" }] = current.session.variants;
  const baselines = [
    chooseBaseline(current, [earlier]),
    { kind: "session", data: earlier },
    { kind: "variant", id: variant.id },
  ] as const;
  return baselines.flatMap((baseline) =>
    (["regression", "reproduction"] as const).map((mode) => gate({ current, baseline, history, mode })),
  );
};

const uses: Readonly<Record<string, (data: ReportSession, other: ReportSession) => unknown>> = {
  "the page": (data, other) => renderHtml([{ ...data, earlier: [pastOf(other)] }], options),
  Markdown: (data, other) => renderMarkdown([{ ...data, earlier: [pastOf(other)] }], options),
  "the comment for a pull request": (data) => renderPullRequest([data], options),
  "the terminal": (data, other) => renderTerminal(withTrends({ ...data, earlier: [pastOf(other)] }), { width: 72 }),
  "JSON and CSV": (data, other) => [
    renderJson([withTrends({ ...data, earlier: [pastOf(other)] })]),
    renderSamplesCsv([data]),
    renderSummaryCsv([summarise(data)]),
  ],
  "the gate": (data, other) => {
    const results = gated(data, other);
    return [renderGateJunit(results), renderGateMarkdown(results), ...results.map((result) => renderGateTerminal(result))];
  },
  "the comparison": (data, other) =>
    [compareSessions(data, other), compareVariants(data, "a/docker", "b/docker")].map((result) =>
      renderComparisonTerminal(result),
    ),
};

describe("a damaged session that its schema lets through", () => {
  for (const [name, use] of Object.entries(uses))
    it(`is shown or refused with a message, and never breaks ${name}`, () =>
      fc.assert(
        fc.property(sessionOf, sessionOf, (data, other) => {
          try {
            assert.ok(use(data, other));
          } catch (error) {
            if (!(error instanceof UserError)) throw error;
          }
        }),
        { numRuns: 60 },
      ));
});
