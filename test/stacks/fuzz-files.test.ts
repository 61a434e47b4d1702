import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { benchmarkInputs } from "../../benchmarks/schema.ts";
import { labMachineInputs } from "../../hosts/lab/schema.ts";
import type { Plan } from "../../stacks/plan.ts";
import { complaintsOrPlan } from "./matrix-text.ts";
import { mutated, mutation } from "./mutations.ts";

const folder = join(import.meta.dirname, "../../stacks");
// Not settings of Pulumi's, nor matrices that other tests have written beside them.
const names = readdirSync(folder).filter((name) => /^(?!zz-)[a-z-]+\.yaml$/.test(name));
const bytesOf = (name: string) => readFileSync(join(folder, name));

/** Seconds of CPU time in which any file has to be planned or refused: a hundred times what the largest takes. */
const LIMIT = 5;
const LINE = /^stacks\/example\.yaml:[1-9]\d*:[1-9]\d*: ./;

/** What is refused is refused with a place in every line; what is planned is what the provider takes. */
function assertUnderstood(bytes: Buffer): void {
  const before = process.cpuUsage();
  const found = complaintsOrPlan(bytes.toString("utf8"));
  const { user, system } = process.cpuUsage(before);
  assert.ok((user + system) / 1e6 < LIMIT, `took ${(user + system) / 1e6} s of CPU time`);
  if (typeof found === "string") for (const line of found.split("\n")) assert.match(line, LINE);
  else assertUsable(found);
}

function assertUsable({ hosts, benchmarks }: Plan): void {
  for (const { machine } of hosts) if (machine !== undefined) labMachineInputs.parse(machine);
  for (const { design } of benchmarks) benchmarkInputs.shape.design.parse(design);
}

describe("a matrix of this project that was damaged", () => {
  it("is a plan before it is damaged", () => {
    for (const name of names) assert.equal(typeof complaintsOrPlan(bytesOf(name).toString("utf8")), "object", name);
  });

  it("is planned or refused with a place in every line, whatever was done to it", () =>
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.array(mutation, { minLength: 1, maxLength: 3 }), (name, mutations) => {
        assertUnderstood(mutated(bytesOf(name), mutations));
      }),
      { seed: 20261126, numRuns: 400 },
    ));

  it("is planned or refused with a place when it ends at any byte", () => {
    const bytes = bytesOf("ci.yaml");
    for (let end = 0; end < bytes.length; end++) assertUnderstood(bytes.subarray(0, end));
  });
});
