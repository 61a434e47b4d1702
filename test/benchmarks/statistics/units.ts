import type { MetricDefinition, Sample } from "../../../benchmarks/index.ts";
import { type Unit, type UnitValue, unitsOf, valuesOf } from "../../../benchmarks/statistics/units.ts";

const time: MetricDefinition = {
  name: "total",
  title: "total",
  unit: "s",
  better: "lower",
  primary: true,
  kind: "result",
};

/** One measured sample per value, in blocks of their own; `undefined` is a failure. */
function samplesOf(values: readonly (number | undefined)[], variant = "a"): readonly Sample[] {
  return values.map((value, i) => ({
    ...{ sequence: i, variant, role: "measured", block: i, order: 0, at: "", stamps: {}, conditions: {} },
    values: value === undefined ? {} : { total: value },
    validity: value === undefined ? { status: "failed", cause: "no answer" } : { status: "valid" },
  }));
}

export function unitsFrom(values: readonly (number | undefined)[]): readonly Unit[] {
  return unitsOf(samplesOf(values), "a", time);
}

export function unitValues(values: readonly (number | undefined)[]): readonly UnitValue[] {
  return valuesOf(unitsFrom(values));
}
