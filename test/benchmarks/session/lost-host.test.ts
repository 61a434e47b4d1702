import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import type { SessionData } from "../../../benchmarks/results/schema.ts";
import { summarise } from "../../../benchmarks/statistics/index.ts";
import { UserError } from "../../../hosts/index.ts";
import { fakeSession } from "./fake-session.ts";

const parent = mkdtempSync(join(tmpdir(), "distrobench-lost-"));
after(() => rmSync(parent, { recursive: true }));

/** Blocks in which a variant has a figure. */
function blocksOf({ samples }: SessionData, variant: string): readonly number[] {
  return samples
    .filter((sample) => sample.variant === variant && sample.role === "measured" && sample.validity.status === "valid")
    .map(({ block }) => block);
}

describe("a session that loses a host", () => {
  it("goes on with the others to the end, says so, and measures what is missing when it is resumed", async () => {
    const directory = join(parent, "resumed");
    const lost = await fakeSession({ blocks: 4, lostAfter: { two: 4 }, directory });
    assert.ok(lost.error instanceof UserError);
    assert.match(lost.error.message, /two was lost in block 3; the others were measured to the end/);
    assert.ok(
      lost.lines.some((line) => /two was lost in block 3 and the session goes on without it: two: the measuring/.test(line)),
    );
    assert.equal(lost.data.session.outcome, "failed");
    assert.deepEqual(blocksOf(lost.data, "one/docker"), [1, 2, 3, 4]);
    assert.deepEqual(blocksOf(lost.data, "two/docker"), [1, 2]);
    const cells = summarise(lost.data).variants.map(({ id, cell }) => [id, cell.state]);
    assert.deepEqual(cells, [
      ["one/docker", "passed"],
      ["one/podman", "passed"],
      ["two/docker", "infra-error"],
    ]);

    const resumed = await fakeSession({ blocks: 4, directory });
    assert.equal(resumed.error, undefined);
    assert.equal(resumed.data.session.outcome, "complete");
    for (const variant of ["one/docker", "one/podman", "two/docker"])
      assert.ok(blocksOf(resumed.data, variant).length >= 4, variant);
    assert.deepEqual(blocksOf(resumed.data, "one/docker").slice(0, 4), [1, 2, 3, 4]);
    const sequences = resumed.data.samples.map(({ sequence }) => sequence);
    assert.deepEqual(sequences, [...sequences.keys()]);
    assert.deepEqual(summarise(resumed.data).state, { status: "valid" });
  });

  it("ends where the baseline's host is the lost one, with what was measured on disk", async () => {
    const { data, error } = await fakeSession({ blocks: 4, lostAfter: { one: 6 } });
    assert.match(String(error), /one: the measuring program ended/);
    assert.equal(data.session.outcome, "failed");
    assert.ok(blocksOf(data, "one/docker").length > 0);
    assert.equal(summarise(data).variants.find(({ id }) => id === "one/docker")?.cell.state, "infra-error");
  });
});

describe("an engine that breaks down once", () => {
  it("costs the sample, which is neither a failure of the variant nor counted", async () => {
    const { data, error } = await fakeSession({
      blocks: 6,
      measure: (variant, number) => {
        if (variant === "two/docker" && number === 5) throw new UserError("two: docker: Cannot connect to the Docker daemon");
        return 1;
      },
    });
    assert.equal(error, undefined);
    const broken = data.samples.filter(({ validity }) => validity.status === "infra-error");
    const summary = summarise(data);
    for (const { validity } of broken) assert.match("cause" in validity ? validity.cause : "", /Cannot connect/);
    assert.equal(summary.variants.find(({ id }) => id === "two/docker")?.cell.state, "passed");
    assert.equal(summary.metrics[0]?.estimates.find(({ variant }) => variant === "two/docker")?.failed, 0);
  });
});
