import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createSshPool, type OperationContext, type SshPool, type Stored } from "../../../hosts/index.ts";
import { withQmp } from "../../../hosts/lab/qmp.ts";
import { restart } from "../../../kernel-tuning/boot/restart.ts";
import { tuningHandler } from "../../../kernel-tuning/handler.ts";
import type { TuningInputs, TuningOutputs } from "../../../kernel-tuning/schema.ts";
import { bootMachines, type Machine, type Machines } from "../../lab/machines.ts";

/** Everything of the boot loader that a command line may stand in. */
const LOADER =
  "find /etc/default /boot/grub/grub.cfg /boot/grub/custom.cfg /etc/distrobench -type f -exec sha256sum {} + 2>/dev/null | sort";

describe("a kernel's command line on a machine that GRUB starts", { concurrency: false, timeout: 3_600_000 }, () => {
  let machines: Machines;
  let machine: Machine;
  let pool: SshPool;
  let found: { readonly commandLine: string; readonly loader: string };
  let stored: Stored<TuningInputs, TuningOutputs>;

  const root = mkdtempSync(join(tmpdir(), "distrobench-checkout-"));
  const context: OperationContext = {
    ...{ urn: "urn:pulumi:test::distrobench::distrobench:tuning:Tuning::boots", root, stack: "boots" },
    signal: new AbortController().signal,
    ...{ progress: () => undefined, info: () => undefined, warn: () => undefined },
    transport: (connection) => pool.transport(connection),
    exclusive: (_machine, work) => work(),
  };
  const inputs = (knobs: TuningInputs["knobs"]): TuningInputs => ({
    ...{ host: "boots", connection: machine.connection, machine: "boots", distribution: "debian", profile: "stock", knobs },
    confirmSeconds: 120,
  });
  const WANTED = { "boot.threadirqs": "set", "boot.mitigations": "off" } as const;
  const commandLine = async () => await machine.ssh("cat /proc/cmdline");
  const state = async () => ({ commandLine: await commandLine(), loader: await machine.ssh(LOADER) });

  before(async () => {
    machines = await bootMachines(["boots"], [], "grub");
    const [only] = machines.all;
    assert.ok(only !== undefined);
    machine = only;
    // As hardware does: the lab's own way, to end a machine whose kernel panics, would end the trial as well.
    const control = machine.controlSocket;
    await withQmp(dirname(control), basename(control), 30, (qmp) => qmp.execute("set-action", { panic: "none" }));
    pool = createSshPool({ root: "/", dialSeconds: 60 });
    // The very first start made GRUB's configuration, and did not come from it.
    const quiet = { signal: context.signal, extraSeconds: 0, progress: () => undefined };
    await restart(await pool.transport(machine.connection), quiet);
    found = await state();
  });
  after(async () => {
    await pool?.close();
    await machines?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  it("is tried in one start, and stands in GRUB's configuration once a new login has seen it", async () => {
    const boot = await machine.ssh("cat /proc/sys/kernel/random/boot_id");
    const { id, outputs } = await tuningHandler.create(context, inputs(WANTED));
    stored = { id, inputs: inputs(WANTED), outputs };
    assert.match(await commandLine(), /\bthreadirqs\b.*\bmitigations=off\b|\bmitigations=off\b.*\bthreadirqs\b/);
    assert.notEqual(await machine.ssh("cat /proc/sys/kernel/random/boot_id"), boot);
    assert.match(await machine.ssh("cat /boot/grub/grub.cfg"), /^\s*linux\s.*threadirqs/m);
    assert.equal(await machine.ssh("ls -d /etc/distrobench 2>/dev/null || true"), "");
  });

  it("that leaves a machine without sshd is undone by the machine itself, which comes back with the one before", async () => {
    const cut = inputs({ ...WANTED, "boot.systemd.mask": "ssh.service" });
    await assert.rejects(tuningHandler.update(context, stored, cut));
    const now = await commandLine();
    assert.doesNotMatch(now, /systemd\.mask/);
    assert.match(now, /threadirqs/);
    assert.doesNotMatch(await machine.ssh("cat /boot/grub/grub.cfg"), /systemd\.mask/);
    assert.equal(await machine.ssh("systemctl is-active ssh.service"), "active");
  });

  for (const [what, knob] of Object.entries({
    // initramfs-tools starts again by itself where it waits in vain.
    "whose initramfs finds no root file system": { "boot.root": "/dev/nowhere" },
    // The kernel then mounts the root file system itself, without the modules for it: a panic, and panic=10.
    "that panics before it has any user space": { "boot.rdinit": "/nowhere" },
  }))
    it(`${what} starts again by itself, with the one before`, async () => {
      const boot = await machine.ssh("cat /proc/sys/kernel/random/boot_id");
      const failed = tuningHandler.update(context, stored, inputs({ ...WANTED, ...knob }));
      await assert.rejects(failed, /its kernel or initramfs did not come to the end of its start/);
      assert.notEqual(await machine.ssh("cat /proc/sys/kernel/random/boot_id"), boot);
      const now = await commandLine();
      assert.doesNotMatch(now, /nowhere/);
      assert.match(now, /threadirqs/);
      assert.equal(await machine.ssh("cat /boot/grub/grub.cfg /boot/grub/custom.cfg 2>/dev/null | grep nowhere || true"), "");
    });

  it("is the one that was found after a delete, with every file of the boot loader byte for byte", async () => {
    await tuningHandler.delete(context, stored);
    assert.deepEqual(await state(), found);
  });
});
