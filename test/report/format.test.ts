import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { figure, intervalText, quantity, ratioText, scaleFor, timeText } from "../../report/format.ts";

const show = (value: number, unit: "s" | "B" | "1/s" | "ratio" | "count", resolution = 0) =>
  quantity(value, scaleFor(unit, [value]), resolution);

describe("figures", () => {
  for (const [value, unit, text] of [
    [1.0512, "s", "1.05 s"],
    [0.3721, "s", "372 ms"],
    [0.0000421, "s", "42.1 µs"],
    [83.26, "s", "83.3 s"],
    [1234.5, "s", "1230 s"],
    [0, "s", "0 µs"],
    [1536 * 1024, "B", "1.50 MiB"],
    [8, "1/s", "8.00 /s"],
    [0.25, "ratio", "25.0 %"],
    [1e-120, "s", "1.00e-114 µs"],
    [-2.5e-20, "ratio", "-2.50e-18 %"],
    [1.2e120, "B", "1.12e+111 GiB"],
    [Number.MAX_VALUE, "s", "1.80e+308 s"],
    [Number.MIN_VALUE, "s", "4.94e-318 µs"],
    [Number.POSITIVE_INFINITY, "s", "never"],
    [Number.NaN, "s", "–"],
  ] as const) {
    it(`show ${value} ${unit} as ${text}`, () => assert.equal(show(value, unit), text));
  }
  it("are never finer than the bracket", () => {
    assert.equal(show(0.3721, "s", 0.002), "370 ms");
    assert.equal(show(0.3721, "s", 0.001), "372 ms");
    assert.equal(show(1.0512, "s", 0.05), "1.1 s");
  });
  it("never have more than three significant digits", () =>
    fc.assert(
      fc.property(fc.double({ min: 1e-7, max: 1e5, noNaN: true }), (value) => {
        const digits = figure(value, { factor: 1, symbol: "s" }).replace(".", "").replace(/^0+/, "");
        assert.ok(digits.replace(/0+$/, "").length <= 3, digits);
      }),
    ));
  it("exist for every number there is, with any bracket", () =>
    fc.assert(
      fc.property(fc.double(), fc.double(), fc.double({ min: 0, noNaN: true }), (low, high, resolution) => {
        const scale = scaleFor("s", [low, high]);
        assert.ok(quantity(low, scale, resolution).length < 40, quantity(low, scale, resolution));
        assert.ok(intervalText({ low, high, coverage: 0.95 }, scale, resolution).length < 80);
      }),
    ));
  it("show both ends of an interval to one place", () => {
    assert.equal(intervalText({ low: 0.9861, high: 1.0712, coverage: 0.98 }, { factor: 1, symbol: "s" }), "0.99 to 1.07 s");
  });
  it("show ratios and times shortly", () => {
    assert.equal(ratioText(0.99432), "0.994");
    assert.equal(ratioText(Number.POSITIVE_INFINITY), "unbounded");
    assert.equal(timeText("2026-11-22T17:58:51.123Z"), "2026-11-22 17:58 UTC");
  });
});
