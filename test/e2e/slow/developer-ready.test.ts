import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { developerReady } from "../../../benchmarks/developer-ready/index.ts";
import { bringEditor } from "../../../hosts/editor/on-host.ts";
import { sh } from "../../../hosts/index.ts";
import { type BootMachine, openBootMachine } from "../../lab/boot-place.ts";
import { labContext } from "../../lab/operation-context.ts";

describe("a developer's host", { timeout: 2_400_000 }, () => {
  const variant = { id: "ready-e2e", host: "ready-e2e", machine: "here", environment: "e", labels: {} };
  let machine: BootMachine;

  before(async () => {
    machine = await openBootMachine("ready-e2e");
  });
  after(async () => await machine?.close());

  it("without the editor is skipped, before anything is restarted", async () => {
    const measurement = await developerReady.measure(machine.place, variant, {});
    assert.match(measurement.outcome === "skipped" ? measurement.cause : "", /not installed: editor/);
  });

  it("is timed from its start to a repository shown in the editor, in phases that add up, and keeps no trace", async (t) => {
    const { place, root } = machine;
    await bringEditor(labContext(root), place.transport);
    const measurement = await developerReady.measure(place, variant, { readySeconds: 1200 });
    assert.ok(measurement.outcome === "measured", JSON.stringify(measurement));
    const { values, identities } = measurement;
    t.diagnostic(JSON.stringify(values));
    const { workspace = 0, server = 0, window = 0 } = values;
    const phases = ["firstCommand", "tools", "clone", "editor", "window"].map((name) => values[name] ?? 0);
    assert.ok(phases.every((phase) => phase > 0));
    assert.ok(Math.abs(phases.reduce((sum, phase) => sum + phase, 0) - workspace) < 1e-6);
    assert.ok(Math.abs(server + window - workspace) < 1e-6);
    assert.match(identities?.commit ?? "", /^[0-9a-f]{40}$/);
    const left = sh`ls -d /var/tmp/distrobench 2>/dev/null; pgrep -f '[c]ode-server'; true`;
    assert.equal((await place.transport.run(left)).stdout, "");
  });
});
