import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GONE_VARIABLE, PartialFailure, UserError } from "../../hosts/index.ts";
import { restoreHost } from "../../kernel-tuning/index.ts";
import type { Baseline, TuningOutputs } from "../../kernel-tuning/schema.ts";
import { bench, FILE, failure, IRQ, knobs, SWAPPINESS, unreachable } from "./bench.ts";
import { Cut, contextOf, inputsOf } from "./memory-host.ts";

describe("the baseline of a tuning", () => {
  it("survives a cut in the middle of writing, on the host alone and in the state alone", async () => {
    for (const keep of ["host", "state"] as const) {
      const { host, handler, context, untouched } = bench();
      host.cutAfter = 4;
      const error = await failure(handler.create(context, inputsOf(knobs)));
      assert.ok(error instanceof PartialFailure);
      host.cutAfter = undefined;
      if (keep === "host") assert.equal((await restoreHost(host, { force: false }))?.restored, 4);
      else {
        host.record = undefined;
        await handler.delete(context, { id: error.id, inputs: inputsOf(knobs), outputs: error.outputs as TuningOutputs });
      }
      untouched();
      assert.equal(host.record, undefined);
    }
  });

  it("is taken over when the state was lost, so that the first values stay the ones to go back to", async () => {
    const { host, handler, context, untouched } = bench();
    await handler.create(context, inputsOf({ ...knobs, "sysctl.vm.swappiness": "5" }));
    const { id, outputs } = await handler.create(context, inputsOf({ "thp.enabled": "never" }));
    assert.equal(host.cells.get(SWAPPINESS), "60");
    assert.deepEqual(
      host.record?.cells.map(({ name, before }) => [name, before]),
      [["/sys/kernel/mm/transparent_hugepage/enabled", "always"]],
    );
    await handler.delete(context, { id, inputs: inputsOf({}), outputs });
    untouched();
  });

  it("is not overwritten by another stack", async () => {
    const { host, handler, context } = bench();
    await handler.create(context, inputsOf(knobs));
    const error = await failure(handler.create(contextOf([], { stack: "other" }), inputsOf({ "thp.enabled": "never" })));
    assert.match(String(error), /box is tuned already, by demo\/box/);
    assert.equal(host.writes, 1);
  });

  it("does not overwrite what somebody else set since, unless forced", async () => {
    for (const force of [false, true]) {
      const { host, handler, context, said, untouched } = bench();
      const inputs = inputsOf(knobs, { force });
      const { id, outputs } = await handler.create(context, inputs);
      host.cells.set(SWAPPINESS, "33");
      await handler.delete(context, { id, inputs, outputs });
      if (force) untouched();
      else {
        assert.equal(host.cells.get(SWAPPINESS), "33");
        assert.ok(said.some((line) => line.includes("swappiness: found 33, we had set 10, before it was 60")));
        assert.equal((await restoreHost(host, { force: true }))?.restored, 1);
        untouched();
      }
      assert.equal(host.record, undefined);
    }
  });

  it("knows of each value when it was read, and in which start of the host it was ours: a later update leaves both", async () => {
    const { host, handler, context } = bench();
    const inputs = inputsOf({ "sysctl.vm.swappiness": "5" });
    const { id, outputs } = await handler.create(context, inputs);
    const thp = "/sys/kernel/mm/transparent_hugepage/enabled";
    const at = (all: Baseline, name: string) => all.cells.find((cell) => cell.name === name)?.at ?? "";
    await new Promise((resolve) => setTimeout(resolve, 2));
    const more = inputsOf({ "sysctl.vm.swappiness": "7", "thp.enabled": "never" });
    const { baseline } = await handler.update(context, { id, inputs, outputs }, more);
    assert.deepEqual([baseline.at, at(baseline, "/proc/sys/vm/swappiness")], Array(2).fill(outputs.baseline.at));
    assert.ok(at(baseline, thp) > baseline.at);
    host.reboot();
    host.refused.add(SWAPPINESS);
    const leaving = inputsOf({ "thp.enabled": "never" });
    host.cells.set(SWAPPINESS, "7");
    const error = await failure(handler.update(context, { id, inputs: more, outputs: { ...outputs, baseline } }, leaving));
    assert.ok(error instanceof PartialFailure);
    assert.deepEqual(
      host.record?.cells.map(({ name, bootId }) => [name, bootId]),
      [
        ["/proc/sys/vm/swappiness", "boot-1"],
        [thp, "boot-1+"],
      ],
    );
  });

  it("has in it what a write that was cut left of ours, and what somebody else set while the kernel refused ours", async () => {
    const { host, handler, context, said, untouched } = bench();
    const first = inputsOf({ "sysctl.vm.swappiness": "5", "thp.enabled": "never" });
    const { id, outputs } = await handler.create(context, first);
    const second = inputsOf({ "sysctl.vm.swappiness": "7", "thp.enabled": "madvise" });
    host.cutAfter = 1;
    const cut = (await failure(handler.update(context, { id, inputs: first, outputs }, second))) as PartialFailure<TuningOutputs>;
    host.cutAfter = undefined;
    await handler.delete(context, { id, inputs: second, outputs: cut.outputs });
    untouched();
    assert.deepEqual(said, []);
    const again = await handler.create(context, first);
    host.cells.set(SWAPPINESS, "33");
    host.refused.add(SWAPPINESS);
    await failure(handler.update(context, { ...again, inputs: first }, second));
    host.refused.clear();
    await restoreHost(host, { force: false });
    assert.equal(host.cells.get(SWAPPINESS), "33");
  });

  it("skips what has vanished", async () => {
    const { host, handler, context } = bench();
    const inputs = inputsOf(knobs);
    const { id, outputs } = await handler.create(context, inputs);
    host.cells.delete(IRQ(24));
    await handler.delete(context, { id, inputs, outputs });
    assert.equal(host.cells.has(IRQ(24)), false);
    assert.equal(host.record, undefined);
  });

  it("is right after a restart, when only files are still ours", async () => {
    const { host, handler, context, untouched } = bench();
    const inputs = inputsOf(knobs);
    const { id, outputs } = await handler.create(context, inputs);
    host.reboot();
    host.cells.set(SWAPPINESS, "10");
    await handler.delete(context, { id, inputs, outputs });
    untouched();
  });

  it("has the live value of a setting that only a file keeps: it comes back where a restart has read the file", async () => {
    const { host, handler, context, said, untouched } = bench();
    const inputs = inputsOf({ "persisted.vm.swappiness": "10" });
    const { id, outputs } = await handler.create(context, inputs);
    assert.equal(host.cells.get(SWAPPINESS), "60", "nothing is written live");
    host.reboot();
    assert.equal(host.cells.get(SWAPPINESS), "10");
    const later = inputsOf({ "persisted.vm.swappiness": "20" });
    const updated = await handler.update(context, { id, inputs, outputs }, later);
    await handler.delete(context, { id, inputs: later, outputs: updated });
    untouched();
    assert.equal(host.record, undefined);
    assert.deepEqual(said, []);
  });

  it("leaves alone what somebody set while only a file was ours, without a word, and goes back to that after a restart", async () => {
    for (const restart of [false, true]) {
      const { host, handler, context, said } = bench();
      const inputs = inputsOf({ "persisted.vm.swappiness": "10" });
      const { id, outputs } = await handler.create(context, inputs);
      host.cells.set(SWAPPINESS, "33");
      const again = await handler.update(context, { id, inputs, outputs }, inputs);
      if (restart) host.reboot();
      await handler.delete(context, { id, inputs, outputs: again });
      assert.equal(host.cells.get(SWAPPINESS), "33");
      assert.deepEqual([host.record, host.cells.has(FILE), said], [undefined, false, []]);
    }
  });

  it("is not written anew by an update that changes nothing, also of a setting that only a file keeps", async () => {
    const { host, handler, context } = bench();
    const inputs = inputsOf({ "persisted.vm.swappiness": "10" });
    const { id, outputs } = await handler.create(context, inputs);
    const { writes } = host;
    await new Promise((resolve) => setTimeout(resolve, 2));
    await handler.update(context, { id, inputs, outputs }, inputs);
    assert.equal(host.writes, writes);
  });

  it("comes back at once for a live value that the profile gives up, though a file keeps it, and after a restart from another one", async () => {
    const { host, handler, context, untouched } = bench();
    const both = inputsOf({ "sysctl.vm.swappiness": "5", "persisted.vm.swappiness": "10" });
    const { id, outputs } = await handler.create(context, both);
    const kept = inputsOf({ "persisted.vm.swappiness": "10" });
    const updated = await handler.update(context, { id, inputs: both, outputs }, kept);
    assert.equal(host.cells.get(SWAPPINESS), "60");
    const again = await handler.update(context, { id, inputs: kept, outputs: updated }, both);
    host.reboot();
    assert.equal(host.cells.get(SWAPPINESS), "10");
    await handler.delete(context, { id, inputs: both, outputs: again });
    untouched();
  });

  it("is kept when the host can't be reached at the end: the destroy fails, and the next one goes on", async () => {
    const { handler, context, host, untouched } = bench();
    const inputs = inputsOf(knobs);
    const { id, outputs } = await handler.create(context, inputs);
    assert.deepEqual(await unreachable.read(context, { id, inputs, outputs }), { inputs, outputs });
    const error = await failure(unreachable.delete(context, { id, inputs, outputs }));
    assert.ok(error instanceof UserError);
    assert.match(error.message, /^box: is gone: nothing was undone there$/);
    assert.match(error.remedy ?? "", /\.\/distrobench destroy demo goes on\. If box never comes back: .*--gone box/);
    assert.ok(host.record !== undefined);
    await handler.delete(context, { id, inputs, outputs });
    untouched();
  });

  it("is given up, and that is said, when the host is gone for good: a lab machine, or one that the user gave up", async (test) => {
    const { handler, context, said } = bench();
    const inputs = inputsOf(knobs);
    const { id, outputs } = await handler.create(context, inputs);
    const lab = { ...inputs, connection: { kind: "lab", host: "box", directory: "d" } as const };
    await unreachable.delete(context, { id, inputs: lab, outputs });
    process.env[GONE_VARIABLE] = "box";
    test.after(() => delete process.env[GONE_VARIABLE]);
    await unreachable.delete(context, { id, inputs, outputs });
    assert.deepEqual(said.slice(-2), Array(2).fill("box: is gone: its tuning is given up"));
  });

  it("is written before anything else: a write that is cut at once changes nothing", async () => {
    const { host, handler, context } = bench();
    host.cutAfter = 0;
    assert.ok(((await failure(handler.create(context, inputsOf(knobs)))) as Error).cause instanceof Cut);
    assert.equal(host.record?.cells.find(({ name }) => name === "/proc/sys/vm/swappiness")?.before, "60");
    assert.equal(host.cells.get(SWAPPINESS), "60");
  });
});

describe("a record that an older distrobench wrote", () => {
  /** One time and one start for all cells, and nobody's name. */
  const older = ({ controller: _nobody, cells: all, ...record }: Baseline) => {
    const cells = all.map(({ at: _at, bootId: _bootId, ...cell }) => cell);
    return { ...record, version: 1, bootId: "boot-1", cells } as unknown as Baseline;
  };

  it("is understood on the host and in the state, belongs to its stack, and gets the name of who works on it next", async () => {
    const { host, handler, context, said, untouched } = bench();
    const inputs = inputsOf(knobs);
    const { id, outputs } = await handler.create(context, inputs);
    host.record = older(outputs.baseline);
    const stored = { id, inputs, outputs: { ...outputs, baseline: older(outputs.baseline) } };
    const seen = await handler.read(context, stored);
    assert.deepEqual(seen === "gone" ? seen : seen.inputs, inputs);
    const { baseline } = await handler.update(contextOf(said, { checkout: "desktop" }), stored, inputs);
    assert.deepEqual(host.record, baseline);
    assert.match(baseline.controller?.name ?? "", /desktop$/);
    host.record = undefined;
    await handler.delete(context, stored);
    untouched();
  });

  it("is what a host is put back by when the state is lost", async () => {
    const { host, handler, context, untouched } = bench();
    host.record = older((await handler.create(context, inputsOf(knobs))).outputs.baseline);
    assert.deepEqual((await restoreHost(host, { force: false }))?.conflicts, []);
    untouched();
  });
});
