import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UserError } from "../../hosts/index.ts";
import type { HostRecord } from "../../kernel-tuning/host/port.ts";
import { parseRecords } from "../../kernel-tuning/host/records.ts";
import { planKnobs } from "../../kernel-tuning/plan.ts";
import { createTuningHandler } from "../../kernel-tuning/tuning-handler.ts";
import { viewOf } from "../../kernel-tuning/view.ts";
import { contextOf, inputsOf, MemoryHost } from "./memory-host.ts";

const KNOB = "sched.base_slice_ns";
const SLICE = "value /sys/kernel/debug/sched/base_slice_ns";

/** A host whose debugfs may be unmounted: what is in it can then be neither read nor written. */
class DebugfsHost extends MemoryHost {
  mounted = true;
  override async read(): Promise<readonly HostRecord[]> {
    const all = await super.read();
    const state = { kind: "fact", name: "debugfs", value: this.mounted ? "mounted" : "unmounted" };
    return [state, ...all.filter(({ kind, name }) => this.mounted || !SLICE.endsWith(name) || kind !== "value")];
  }
}

describe("a scheduler's knob while debugfs is not mounted", () => {
  it("is unsupported, and a warning says how to mount it", async () => {
    const host = new DebugfsHost({});
    host.mounted = false;
    const said: string[] = [];
    const { outputs } = await createTuningHandler(async () => host).create(contextOf(said), inputsOf({ [KNOB]: "1000000" }));
    assert.deepEqual([outputs.reports[0]?.status, outputs.readBack[KNOB]], ["unsupported", "unsupported"]);
    assert.match(said.join("\n"), /^box: sched\.base_slice_ns: debugfs is not mounted; on the host: mount -t debugfs /m);
  });

  it("keeps its record until it can be put back", async () => {
    const host = new DebugfsHost({ [SLICE]: "2800000" });
    const handler = createTuningHandler(async () => host);
    const inputs = inputsOf({ [KNOB]: "1000000" });
    const { id, outputs } = await handler.create(contextOf([]), inputs);
    host.mounted = false;
    host.refused.add(SLICE);
    await assert.rejects(handler.delete(contextOf([]), { id, inputs, outputs }), (error) => {
      assert.ok(error instanceof UserError);
      return /base_slice_ns: could not be put back to 2800000/.test(error.message);
    });
    assert.ok(host.record !== undefined);
    host.mounted = true;
    host.refused.clear();
    await handler.delete(contextOf([]), { id, inputs, outputs });
    assert.deepEqual([host.cells.get(SLICE), host.record], ["2800000", undefined]);
  });

  it("is unsupported under a kernel's lockdown too, and not applicable where the kernel has no such file", () => {
    const facts = "fact\tkernel\t6.12.1\nfact\tonline\t0\n";
    const planOf = (more: string) =>
      planKnobs({ knobs: { [KNOB]: "1" } }, viewOf(parseRecords(facts + more), "debian"), undefined)[0];
    assert.match(
      JSON.stringify(planOf("fact\tlockdown\tnone [integrity] confidentiality\n")),
      /"unsupported":.*locked down \(integrity\)/,
    );
    assert.match(JSON.stringify(planOf("fact\tlockdown\t[none] integrity\n")), /"notApplicable":.*is not there/);
  });
});
