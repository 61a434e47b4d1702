import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unconfirmedSteps } from "../../cli/unconfirmed-steps.ts";
import type { Plan } from "../../stacks/index.ts";
import { planOf } from "../../stacks/plan.ts";
import { matrixSchema } from "../../stacks/schema.ts";

const guarded = { run: "x", undo: "y", mayCutLink: true };
const matrix = {
  ...{ version: 1, title: "Guarded" },
  hosts: {
    box: {
      ...{ distribution: "debian", ssh: { address: "192.0.2.10" } },
      setup: [
        { name: "firewall", ...guarded },
        { name: "plain", run: "x" },
        { name: "bridge", ...guarded, confirmSeconds: 30 },
      ],
    },
    here: { distribution: "debian", local: {}, setup: [{ name: "firewall", ...guarded }] },
  },
};
const plan: Plan = planOf(matrixSchema.parse(matrix), "demo");
const urn = (name: string) => `urn:pulumi:demo::distrobench::distrobench:hosts:Host$command:remote:Command::${name}`;
const state = (...names: readonly string[]) => ({
  deployment: { resources: names.map((name) => ({ urn: urn(name), type: "command:remote:Command" })) },
});

describe("steps that may cut the link", () => {
  it("wait 120 s for a new login unless the matrix says otherwise, and have no guard on this machine", () =>
    assert.deepEqual(
      plan.hosts.map(({ setup }) => setup.map(({ confirmSeconds }) => confirmSeconds)),
      [[120, undefined, 30], [undefined]],
    ));

  it("are run again by the next up when no new login has confirmed them, and others are not", () => {
    const all = ["box-firewall", "box-plain", "box-bridge", "here-firewall"];
    assert.deepEqual(unconfirmedSteps(plan, state(...all)), [urn("box-firewall"), urn("box-bridge")]);
    assert.deepEqual(unconfirmedSteps(plan, state(...all, "box-firewall.confirmed")), [urn("box-bridge")]);
    assert.deepEqual(unconfirmedSteps(plan, state("box-plain")), []);
  });

  it("count as not confirmed when the confirmation was deleted to be made anew, and that failed", () => {
    const { resources } = state("box-firewall", "box-firewall.confirmed").deployment;
    const failed = resources.map((one) => (one.urn.endsWith(".confirmed") ? { ...one, pendingReplacement: true } : one));
    assert.deepEqual(unconfirmedSteps(plan, { deployment: { resources: failed } }), [urn("box-firewall")]);
  });
});
