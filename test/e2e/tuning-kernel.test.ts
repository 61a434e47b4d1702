import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createSshPool, type OperationContext, PartialFailure, type SshPool, type Stored, UserError } from "../../hosts/index.ts";
import { tuningHandler } from "../../kernel-tuning/handler.ts";
import { knobsOf } from "../../kernel-tuning/index.ts";
import type { TuningInputs, TuningOutputs } from "../../kernel-tuning/schema.ts";
import { differences, type Snapshot, snapshotOf } from "../lab/host-snapshot.ts";
import { bootMachines, type Machine, type Machines } from "../lab/machines.ts";
import { MANY_KNOBS } from "./tuning/many-knobs.ts";

/** What somebody does by hand to a knob of each kind, and back to what it was before tuning where a restore needs that. */
const BY_HAND: Readonly<Record<string, string>> = {
  "sysctl.vm.swappiness": "sysctl -qw vm.swappiness=55",
  "persisted.vm.swappiness": "sed -i s/7/8/ /etc/sysctl.d/*distrobench*vm.swappiness*",
  "sched.latency_ns": "echo 2000000 >/sys/kernel/debug/sched/base_slice_ns",
  "thp.enabled": "echo always >/sys/kernel/mm/transparent_hugepage/enabled",
  "workqueue.all": "echo 3 >/sys/devices/virtual/workqueue/cpumask",
  "rps.network": "for q in /sys/class/net/eth0/queues/rx-*/rps_cpus; do echo 0 >$q; done",
  "irq.default": "echo 3 >/proc/irq/default_smp_affinity",
  "slice.system.cpuset.cpus": "systemctl set-property --runtime system.slice AllowedCPUs=0-1",
  "slice.model.cpu.weight": "systemctl set-property --runtime model.slice CPUWeight=77",
  "service.cron": "systemctl start cron",
  "swap.devices": "swapon /swap",
  "latency.dma": "systemctl stop distrobench-latency",
  "hold.kernel": "apt-mark unhold $(apt-mark showhold) >/dev/null",
};

/** What the machine lacks of a host of every day, so that every kind of knob has something to move. */
const FURNISH = `
fallocate -l 64M /swap && chmod 600 /swap && mkswap /swap >/dev/null && swapon /swap
printf '[Service]\\nExecStart=/bin/sleep infinity\\n' >/etc/systemd/system/cron.service && systemctl daemon-reload && systemctl start cron`;

describe("tuning on a real kernel", { concurrency: false }, () => {
  let machines: Machines;
  let machine: Machine;
  let pool: SshPool;
  let found: Snapshot;
  let stored: Stored<TuningInputs, TuningOutputs>;
  const warnings: string[] = [];

  const checkouts = mkdtempSync(join(tmpdir(), "distrobench-checkouts-"));
  const context = (stack = "kernel", checkout = "laptop"): OperationContext => ({
    ...{ urn: "urn:pulumi:test::distrobench::distrobench:tuning:Tuning::one", root: join(checkouts, checkout), stack },
    signal: new AbortController().signal,
    ...{ progress: () => undefined, info: () => undefined, warn: (line: string) => void warnings.push(line) },
    transport: (connection) => pool.transport(connection),
    exclusive: (_machine, work) => work(),
  });
  const inputs = (more: Readonly<Record<string, string>> = {}): TuningInputs => ({
    ...{ host: "one", connection: machine.connection, machine: "one", distribution: "debian", profile: "latency" },
    knobs: {
      ...knobsOf("latency"),
      ...MANY_KNOBS,
      ...{ "sched.latency_ns": "900000", "latency.dma": "100", "hold.kernel": "on", "service.cron": "stopped" },
      ...{ "slice.system.cpuset.cpus": "housekeeping", "slice.user.cpuset.cpus": "serving", ...more },
    },
  });
  /** Without our own connection, whose keeper runs on the host as long as it lasts. */
  const seen = async (): Promise<Snapshot> => {
    await pool.close();
    pool = createSshPool({ root: "/" });
    await machine.ssh("for i in $(seq 60); do ls -d /run/distrobench.??* >/dev/null 2>&1 || exit 0; sleep 0.5; done");
    return await snapshotOf(machine);
  };
  const commands = () => pool.statistics().one?.commands ?? 0;

  before(async () => {
    machines = await bootMachines(["one"], []);
    const [only] = machines.all;
    assert.ok(only !== undefined);
    machine = only;
    await machine.ssh(FURNISH);
    found = await snapshotOf(machine);
    pool = createSshPool({ root: "/" });
  });
  after(async () => {
    await pool?.close();
    await machines?.stop();
    rmSync(checkouts, { recursive: true, force: true });
  });

  it("applies more than 40 knobs in two round trips over one handshake", async () => {
    const { id, outputs } = await tuningHandler.create(context(), inputs());
    stored = { id, inputs: inputs(), outputs };
    const applied = outputs.reports.filter(({ status }) => status === "applied" || status === "substituted");
    assert.ok(applied.length >= 40, `${applied.length} applied`);
    assert.equal(commands(), 2);
    assert.equal(pool.statistics().one?.handshakes, 1);
  });

  it("reads them all in one round trip, and finds no drift", async () => {
    const earlier = commands();
    const live = await tuningHandler.read(context(), stored);
    assert.equal(commands() - earlier, 1);
    assert.deepEqual(live === "gone" ? live : live.inputs.knobs, stored.inputs.knobs);
  });

  it("shows what somebody changed of every kind of knob, by name, and repairs it", async () => {
    for (const command of Object.values(BY_HAND)) await machine.ssh(command);
    const live = await tuningHandler.read(context(), stored);
    assert.ok(live !== "gone");
    const drifted = Object.keys(live.inputs.knobs).filter((knob) => live.inputs.knobs[knob] !== stored.inputs.knobs[knob]);
    assert.deepEqual(drifted.sort(), Object.keys(BY_HAND).sort());
    const outputs = await tuningHandler.update(context(), { ...stored, inputs: live.inputs }, stored.inputs);
    stored = { ...stored, outputs };
    const again = await tuningHandler.read(context(), stored);
    assert.deepEqual(again === "gone" ? again : again.inputs.knobs, stored.inputs.knobs);
  });

  it("refuses a second controller, and names who tunes the host: another stack, or another checkout with the same stack", async () => {
    for (const other of [context("other"), context("kernel", "desktop")])
      await assert.rejects(
        tuningHandler.create(other, inputs()),
        (error) => error instanceof UserError && /tuned already, by kernel\/one of \S+laptop since/.test(error.message),
      );
  });

  it("sets everything else when the kernel refuses one value, and says what it refused", async () => {
    const refused = inputs({ "sysctl.vm.overcommit_memory": "9", "sysctl.vm.dirty_ratio": "44" });
    const failure = await tuningHandler.update(context(), stored, refused).then(
      () => assert.fail("nothing was refused"),
      (error: unknown) => error,
    );
    assert.ok(failure instanceof PartialFailure);
    assert.match(failure.message, /sysctl\.vm\.overcommit_memory: expected 9, found 0: .*Invalid argument/);
    assert.equal(await machine.ssh("sysctl -n vm.dirty_ratio"), "44");
    stored = { id: stored.id, inputs: refused, outputs: failure.outputs as TuningOutputs };
  });

  it("leaves a value alone that somebody else set since, and says so", async () => {
    await machine.ssh("sysctl -qw vm.page-cluster=5");
    warnings.length = 0;
    await tuningHandler.delete(context(), stored);
    assert.match(warnings.join("\n"), /vm.page-cluster: found 5, we had set 0, before it was 3/);
    assert.deepEqual(
      differences(found, await seen()).filter((line) => !line.includes("/var/lib/distrobench")),
      ["sysctl vm.page-cluster: 3 -> 5"],
    );
  });

  it("puts that back too when forced, and nothing of it all is left", async () => {
    await tuningHandler.delete(context(), { ...stored, inputs: { ...stored.inputs, force: true } });
    assert.deepEqual(differences(found, await seen()), []);
  });

  it("lets one of two controllers have a free host that both begin to tune at once", async () => {
    const both = ["laptop", "desktop"].map(async (checkout) => await tuningHandler.create(context("kernel", checkout), inputs()));
    const ended = await Promise.allSettled(both);
    const [winner, ...more] = ended.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const [reason] = ended.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
    assert.ok(winner !== undefined && more.length === 0);
    assert.match(reason ?? "", /it was taken by kernel\/one of|is tuned already, by kernel\/one of/);
    const name = winner.outputs.baseline.controller?.name ?? "";
    await tuningHandler.delete(context("kernel", name.split("/").at(-1)), { ...winner, inputs: inputs() });
    assert.deepEqual(differences(found, await seen()), []);
  });

  it("stops sshd only until nobody could log in anew: then the host starts it again by itself, and `up` fails with the reason", async () => {
    const cut: TuningInputs = { ...inputs(), profile: "stock", knobs: { "service.ssh": "stopped" }, confirmSeconds: 20 };
    const failure = await tuningHandler.create(context(), cut).then(
      () => assert.fail("the host stayed without sshd"),
      (error: unknown) => error,
    );
    assert.ok(failure instanceof PartialFailure);
    assert.match(
      failure.message,
      /nobody could log in anew within 20 s with ssh.* = stopped, so the host put back what was there/,
    );
    assert.equal(await machine.ssh("systemctl is-active ssh.service"), "active");
    await tuningHandler.delete(context(), { id: failure.id, inputs: cut, outputs: failure.outputs as TuningOutputs });
    assert.deepEqual(differences(found, await seen()), []);
  });
});
