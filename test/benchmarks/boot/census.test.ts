import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCensus } from "../../../benchmarks/boot/census.ts";
import { boot } from "../../../benchmarks/boot/index.ts";
import { sample } from "../../golden.ts";

test("a boot has its running services and installed packages, each once", () => {
  assert.deepEqual(parseCensus("debian", sample("benchmarks/boot/census-debian.txt")), { services: 5, packages: 5 });
  assert.deepEqual(parseCensus("alpine", sample("benchmarks/boot/census-alpine.txt")), { services: 4, packages: 6 });
});

test("a system without any of them has none", () => {
  assert.deepEqual(parseCensus("debian", "@@@ services\n@@@ packages\n"), { services: 0, packages: 0 });
});

test("they are exact results, so that one more is seen", () => {
  const exact = boot.metricsOf({}).filter((metric) => metric.exact === true);
  assert.deepEqual(
    exact.map(({ name, kind, better }) => [name, kind, better]),
    [
      ["services", "result", "lower"],
      ["packages", "result", "lower"],
    ],
  );
});
