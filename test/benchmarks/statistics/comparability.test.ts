import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { comparabilityOf } from "../../../benchmarks/statistics/comparability.ts";
import { syntheticSession } from "../../report/synthetic-session.ts";

/** A session of two hosts that differ in one fact. */
function confounded(fact: string, first: string, second: string): boolean {
  const data = syntheticSession({ facts: { [fact]: first } });
  const environments = data.environments.map((environment) =>
    environment.host === "debian-13" ? environment : { ...environment, facts: { ...environment.facts, [fact]: second } },
  );
  return comparabilityOf({ ...data, environments }).confounded;
}

describe("hosts of one session", () => {
  it("are confounded by other hardware, under the names facts have", () => {
    assert.ok(confounded("cpuModel", "one", "another"));
    assert.ok(confounded("cpus", "2", "4"));
    assert.ok(confounded("memoryBytes", "2069037056", "4069037056"));
  });
  it("are not by what the systems chose, nor by the memory their kernels keep for themselves", () => {
    assert.ok(!confounded("cpu.governor", "performance", "powersave"));
    assert.ok(!confounded("kernel", "6.12", "6.17"));
    assert.ok(!confounded("memoryBytes", "2069037056", "2060000000"));
  });
});
