import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { distributionOf, joinSh, sh, type Transport } from "../../hosts/index.ts";
import { tuningHandler } from "../../kernel-tuning/handler.ts";
import { tuningInputs } from "../../kernel-tuning/schema.ts";
import { type ContractHost, withMoved } from "./contract-hosts.ts";
import { differences, EVERYWHERE, parseSnapshot, type Snapshot } from "./host-snapshot.ts";
import { operationContext } from "./operation-context.ts";

/** A knob of every kind that an emulated machine has; the values differ from the ones it starts with. */
const KNOBS: Readonly<Record<string, string>> = {
  "boot.console": "ttyS0",
  "hold.kernel": "on",
  "service.demo": "stopped",
  "swap.devices": "off",
  "sysctl.vm.swappiness": "7",
  "sysctl.net.core.somaxconn": "8192",
  // May cut the link, so a new login has to confirm it.
  "sysctl.net.ipv4.tcp_syncookies": "0",
  "sysctl.net.ipv4.ip_local_port_range": "20000 60000",
  "persisted.vm.swappiness": "7",
  "sched.base_slice_ns": "900000",
  "thp.enabled": "never",
  "thp.defrag": "never",
  "latency.dma": "100",
  "workqueue.all": "housekeeping",
  "rps.eth0": "housekeeping",
  "irq.default": "housekeeping",
  "slice.model.cpu.weight": "500",
  "slice.model.memory.max": "200M",
  "slice.model.cpuset.cpus": "serving",
  "slice.model.cpuset.cpus.partition": "root",
};

/** Seen by plain commands: what each of them has to answer while the host is tuned. */
const WITNESSES: Readonly<Record<string, string>> = {
  "cat /proc/sys/vm/swappiness /proc/sys/net/core/somaxconn /proc/sys/net/ipv4/tcp_syncookies": "7 8192 0",
  "cat /etc/sysctl.d/*distrobench*": "vm.swappiness = 7",
  "cat /sys/kernel/mm/transparent_hugepage/enabled": "always madvise [never]",
  "cat /sys/devices/virtual/workqueue/cpumask /proc/irq/default_smp_affinity": "1 1",
  "cat /sys/fs/cgroup/model.slice/cpu.weight /sys/fs/cgroup/model.slice/memory.max": "500 209715200",
  "cat /sys/fs/cgroup/model.slice/cpuset.cpus /sys/fs/cgroup/model.slice/cpuset.cpus.partition": "1 root",
  "sed 1d /proc/swaps": "",
};

/** Brings what a host of every day has, so that every kind of knob has something to move, and its boot loader something to be told. */
function furnish({ distribution }: ContractHost) {
  const { commandLine, services } = distributionOf(distribution);
  const [file] = commandLine;
  assert.ok(file !== undefined);
  const loader = `/usr/local/sbin/${file.apply ?? "no-loader"}`;
  const text = file.format.kind === "line" ? "rootwait quiet" : `${file.format.variable}='quiet splash' # as installed\n`;
  const there = joinSh(
    [
      sh`dd if=/dev/zero of=/swap bs=1048576 count=16 2>/dev/null && chmod 600 /swap && mkswap /swap >/dev/null`,
      // Not every busybox has priorities.
      sh`{ swapon -p 5 /swap 2>/dev/null || swapon /swap; }`,
      // Which needs demo, and starts it.
      services.start("needer"),
      sh`{ [ -d /sys/kernel/debug/sched ] || mount -t debugfs debugfs /sys/kernel/debug; }`,
      sh`printf 'BOOT_IMAGE=/boot/vmlinuz %s\\n' "$(cat /proc/cmdline)" >/srv/cmdline`,
      sh`mkdir -p ${file.path.replace(/\/[^/]*$/, "")} && printf %s ${text} >${file.path} && chmod 640 ${file.path} && chown 3:4 ${file.path}`,
      sh`printf '#!/bin/sh\\ncat %s >>/srv/told\\n' ${file.path} >${loader} && chmod 755 ${loader}`,
    ],
    " && ",
  );
  const gone = sh`swapoff /swap; rm -f /swap ${loader} ${file.path} /srv/cmdline /srv/told; ${services.stop("needer")}; ${services.stop("demo")}; :`;
  return { file, there, gone, states: services.states(["demo", "needer"]) };
}

/** Applies them over the transport, looks with other eyes, restores, and compares everything. */
export async function takeProfile(host: ContractHost): Promise<void> {
  const { file, there, gone, states } = furnish(host);
  const plain = host.transport;
  const root = mkdtempSync(join(tmpdir(), "distrobench-contract-"));
  await plain.run(there);
  try {
    const found = await snapshotOf(host);
    const said: string[] = [];
    // The machine's kernel was given to it from outside: as if a boot loader had.
    const context = operationContext(withMoved(plain, "/proc/cmdline", "/srv/cmdline"), (line) => void said.push(line), root);
    const inputs = tuningInputs.parse({
      ...{ host: "contract", machine: "contract", distribution: host.distribution, profile: "contract", knobs: KNOBS },
      connection: { kind: "lab", host: "contract", directory: "contract" },
    });
    const { id, outputs } = await tuningHandler.create(context, inputs);
    const others = outputs.reports.filter(({ status }) => status !== "applied");
    assert.deepEqual(others, [], "every knob is applied");
    for (const [command, answer] of Object.entries(WITNESSES)) assert.equal(await answerOf(plain, command), answer, command);
    assert.match(await answerOf(plain, `cat ${file.path}`), /quiet .*console=ttyS0/);
    assert.match(await answerOf(plain, "cat /srv/told 2>/dev/null"), file.apply === undefined ? /^$/ : /console=ttyS0/);

    assert.deepEqual((await plain.run(states)).stdout.trim().split("\n"), ["demo inactive", "needer inactive"]);

    const live = await tuningHandler.read(context, { id, inputs, outputs });
    assert.deepEqual(live === "gone" ? live : live.inputs.knobs, inputs.knobs, "no drift");

    await tuningHandler.delete(context, { id, inputs, outputs });
    assert.deepEqual(said, []);
    assert.deepEqual(differences(found, await snapshotOf(host)), []);
    if (file.apply !== undefined) assert.match(await answerOf(plain, "tail -n 1 /srv/told"), /'quiet splash' # as installed$/);
  } finally {
    await plain.run(gone, { accept: "any" });
    rmSync(root, { recursive: true });
  }
}

/** On one line. */
async function answerOf(transport: Transport, command: string): Promise<string> {
  const { stdout } = await transport.run(sh`sh -c ${command}`, { accept: "any" });
  return stdout.trim().split(/\s+/).join(" ");
}

/** Knobs and files as everywhere, what is held, which services run, and what only tuning would leave. */
async function snapshotOf({ transport, distribution }: ContractHost): Promise<Snapshot> {
  const { packages, services, commandLine } = distributionOf(distribution);
  const path = commandLine[0]?.path ?? "";
  const left =
    "ls -d /run/distrobench.latency /run/distrobench.guard* /run/distrobench.confirmed /etc/distrobench /run/systemd/system.control";
  const more = joinSh([
    joinSh([services.states(["demo", "needer"]), sh`sed 's/^/service /'`], " | "),
    sh`echo "loader $(stat -c '%a %u:%g' ${path}) $(base64 ${path})"`,
    sh`echo "held $({ ${packages.listHeld}; } | sort | tr '\\n' ' ')"`,
    sh`sh -c ${`${left} 2>/dev/null | sed 's/^/left /'`}`,
  ]);
  const seen = await transport.run(joinSh([sh`sh -c ${EVERYWHERE}`, more, sh`:`]));
  return parseSnapshot(seen.stdout);
}
