import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { compareInventories, describeDifference } from "../../hosts/inventory/diff.ts";
import { ignoreRules } from "../../hosts/inventory/ignore.ts";
import { parseInventory } from "../../hosts/inventory/parse.ts";
import { inventoryScript } from "../../hosts/inventory/script.ts";
import { GRUB_ENVIRONMENT, PODMAN_VOLUMES, SETTINGS } from "../../hosts/inventory/watched.ts";

const A = "a".repeat(64);
const text = (changes: Record<string, string> = {}) =>
  Object.entries({
    packages: "jq:amd64 1.7\nbash:amd64 5.2",
    sysctls: "./vm/swappiness:60\n./kernel/random/uuid:1\n./net/ipv4/ip_local_port_range:32768\t60999",
    knobs:
      "/sys/kernel/mm/transparent_hugepage/enabled:always [madvise] never\n/sys/class/net/eth0:1/queues/rx-0/rps_cpus:3\n/sys/kernel/debug/sched/base_slice_ns:2800000",
    cgroupsettings: "./system.slice/cpu.weight:100\n./system.slice/memory.max:max",
    modes: "/etc/sysctl.d/10 x.conf 644 root:root",
    holds: "linux-image-amd64:amd64",
    configurations: "vim:amd64",
    irqs: "/proc/irq/24/smp_affinity_list 0-3\n/proc/irq/default_smp_affinity f",
    latencies: "/sys/devices/system/cpu/cpu0/power/pm_qos_resume_latency_us:0",
    settings: `${A}  /boot/grub/custom.cfg`,
    "settings.modes": "/boot/grub/custom.cfg 644 root:root",
    grubenv: "# GRUB Environment Block\nsaved_entry=Debian GNU/Linux>a=b\nrecordfail=1",
    swaps: "/dev/zram0 partition 100",
    cmdline: "root=/dev/vda quiet",
    udp: "  sl  local_address rem_address   st\n   0: 00000000:0044 00000000:0000 07",
    daemons: "cron\n(a) b",
    files: `${A}  /etc/sysctl.d/10 x.conf\n/etc/systemd/system/a.service -> /lib/a`,
    listening: "  sl  local_address rem_address   st\n   0: 0100007F:0016 00000000:0000 0A\n   1: 0100007F:9999 00000000:0000 01",
    "docker.images": '[{"Id":"sha256:1","RepoTags":["a:1"]}]',
    "docker.volumes": '{"Volumes":[{"Name":"data"}],"Warnings":null}',
    "podman.images": '[{"id":"2","names":["b:1"]}]',
    "podman.volumes": "cache",
    processes: "node /opt/distrobench/harness.mjs\nsh -c D=/run/distrobench.aB3dE9 x",
    ...changes,
  })
    .map(([name, body]) => `\n@@@ ${name}\n${body}\n`)
    .join("");

const differences = (changes: Record<string, string>) =>
  compareInventories(parseInventory(text()), parseInventory(text(changes))).map(describeDifference);

describe("inventory", () => {
  test("reads every kind of entry", () => {
    assert.deepEqual(parseInventory(text()), {
      packages: { "jq:amd64": "1.7", "bash:amd64": "5.2" },
      sysctls: { "vm.swappiness": "60", "kernel.random.uuid": "1", "net.ipv4.ip_local_port_range": "32768 60999" },
      knobs: {
        "/sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never",
        "/sys/class/net/eth0:1/queues/rx-0/rps_cpus": "3",
        "/sys/kernel/debug/sched/base_slice_ns": "2800000",
      },
      cgroupsettings: { "system.slice.cpu.weight": "100", "system.slice.memory.max": "max" },
      modes: { "/etc/sysctl.d/10 x.conf": "644 root:root" },
      holds: { "linux-image-amd64:amd64": "present" },
      configurations: { "vim:amd64": "present" },
      irqs: { "/proc/irq/24/smp_affinity_list": "0-3", "/proc/irq/default_smp_affinity": "f" },
      latencies: { "/sys/devices/system/cpu/cpu0/power/pm_qos_resume_latency_us": "0" },
      settings: { "/boot/grub/custom.cfg": A },
      "settings.modes": { "/boot/grub/custom.cfg": "644 root:root" },
      grubenv: { "# GRUB Environment Block": "", saved_entry: "Debian GNU/Linux>a=b", recordfail: "1" },
      swaps: { "/dev/zram0": "partition 100" },
      cmdline: { "root=/dev/vda": "present", quiet: "present" },
      udp: { "68 on 00000000": "present" },
      daemons: { cron: "present", "(a) b": "present" },
      files: { "/etc/sysctl.d/10 x.conf": A, "/etc/systemd/system/a.service": "-> /lib/a" },
      listening: { "22 on 0100007F": "present" },
      "docker.images": { "sha256:1": "a:1" },
      "docker.volumes": { data: "" },
      "podman.images": { "2": "b:1" },
      "podman.volumes": { cache: "present" },
      processes: { "node /opt/distrobench/harness.mjs": "present" },
    });
  });

  test("finds no difference in an unchanged host, whatever the kernel's counters say", () => {
    assert.deepEqual(
      differences({
        sysctls:
          text()
            .match(/\.\/vm[\s\S]*?60999/)?.[0]
            ?.replace("uuid:1", "uuid:2") ?? "",
      }),
      [],
    );
  });

  test("names what came, went and changed", () => {
    assert.deepEqual(differences({ packages: "jq:amd64 1.8\nperl:amd64 5.40" }), [
      "packages bash:amd64: was 5.2, now gone",
      "packages jq:amd64: was 1.7, now 1.8",
      "packages perl:amd64: was not there, now 5.40",
    ]);
  });

  test("counts a changed knob, mode and control group, and no setting that came with a controller or an interface", () => {
    assert.deepEqual(
      differences({
        knobs:
          "/sys/kernel/mm/transparent_hugepage/enabled:[always] madvise never\n/sys/kernel/debug/sched/base_slice_ns:2800000",
        cgroupsettings: "./system.slice/cpu.weight:20\n./system.slice/cpuset.cpus:0",
        modes: "/etc/sysctl.d/10 x.conf 600 root:root",
      }),
      [
        "cgroupsettings system.slice.cpu.weight: was 100, now 20",
        "knobs /sys/kernel/mm/transparent_hugepage/enabled: was always [madvise] never, now [always] madvise never",
        "modes /etc/sysctl.d/10 x.conf: was 644 root:root, now 600 root:root",
      ],
    );
  });

  test("names what we write ourselves: a hold, a try of GRUB, a CPU's latency, limits of a slice; no volume of Podman is missed", () => {
    const slice = (value: string) =>
      `./model.slice/memory.min:${value}\n./model.slice/memory.swap.max:${value}\n./model.slice/pids.max:${value}`;
    const before = parseInventory(text({ cgroupsettings: slice("0") }));
    const after = text({
      cgroupsettings: slice("1"),
      holds: "",
      latencies: "/sys/devices/system/cpu/cpu0/power/pm_qos_resume_latency_us:n/a",
      settings: "",
      "settings.modes": "",
      grubenv: "# GRUB Environment Block\nsaved_entry=Debian GNU/Linux>a=b\nnext_entry=distrobench-trial",
      "podman.volumes": "cache\nours",
    });
    assert.deepEqual(compareInventories(before, parseInventory(after)).map(describeDifference), [
      "cgroupsettings model.slice.memory.min: was 0, now 1",
      "cgroupsettings model.slice.memory.swap.max: was 0, now 1",
      "cgroupsettings model.slice.pids.max: was 0, now 1",
      "grubenv next_entry: was not there, now distrobench-trial",
      "holds linux-image-amd64:amd64: was present, now gone",
      "latencies /sys/devices/system/cpu/cpu0/power/pm_qos_resume_latency_us: was 0, now n/a",
      "podman.volumes ours: was not there, now present",
      `settings /boot/grub/custom.cfg: was ${A}, now gone`,
      "settings.modes /boot/grub/custom.cfg: was 644 root:root, now gone",
    ]);
  });

  test("counts a package that was removed and one that was purged, though dpkg names both's version and neither", () => {
    assert.deepEqual(differences({ configurations: "jq:amd64" }), [
      "configurations jq:amd64: was not there, now present",
      "configurations vim:amd64: was present, now gone",
    ]);
  });

  test("counts where an interrupt goes, and not that one came or went", () => {
    assert.deepEqual(differences({ irqs: "/proc/irq/25/smp_affinity_list 1\n/proc/irq/default_smp_affinity 3" }), [
      "irqs /proc/irq/default_smp_affinity: was f, now 3",
    ]);
    assert.equal(differences({ irqs: "/proc/irq/24/smp_affinity_list 0\n/proc/irq/default_smp_affinity f" }).length, 1);
  });

  test("does not ask where interrupts go while irqbalance moves them", () => {
    const at = mkdtempSync(join(tmpdir(), "distrobench-inventory-"));
    const irqs = (status: number) => {
      writeFileSync(join(at, "pidof"), `#!/bin/sh\nexit ${status}\n`, { mode: 0o755 });
      const env = { ...process.env, PATH: `${at}:${process.env.PATH}` };
      const text = execFileSync("sh", ["-c", inventoryScript().toString()], { encoding: "utf8", maxBuffer: 1 << 28, env });
      return Object.keys(parseInventory(text).irqs ?? {});
    };
    try {
      assert.ok(irqs(1).some((path) => path.endsWith("_list")));
      assert.deepEqual(irqs(0), ["/proc/irq/default_smp_affinity"]);
    } finally {
      rmSync(at, { recursive: true });
    }
  });

  test("finds no difference from an older inventory in what that one did not look at", () => {
    const later = ["configurations", "holds", "latencies", "settings", "settings.modes", "grubenv", "podman.volumes"];
    const older = Object.fromEntries(Object.entries(parseInventory(text())).filter(([category]) => !later.includes(category)));
    const now = text({
      cgroupsettings: "./system.slice/cpu.weight:100\n./system.slice/memory.max:max\n./system.slice/pids.max:9",
    });
    assert.deepEqual(compareInventories(older, parseInventory(now)), []);
  });

  test("looks where we write, in a real shell", () => {
    const at = mkdtempSync(join(tmpdir(), "distrobench-inventory-"));
    const write = (file: string, content: string) => {
      mkdirSync(dirname(join(at, file)), { recursive: true });
      writeFileSync(join(at, file), content);
    };
    try {
      for (const path of SETTINGS) write(path === "/etc/distrobench" ? `${path}/trial-init` : path, path);
      write(GRUB_ENVIRONMENT, `# GRUB Environment Block\nnext_entry=trial\n${"#".repeat(900)}`);
      write(`${PODMAN_VOLUMES}/cache/_data/x`, "");
      const places = [...SETTINGS, GRUB_ENVIRONMENT, PODMAN_VOLUMES];
      const script = places.reduce((all, path) => all.replaceAll(` ${path}`, ` ${at}${path}`), inventoryScript().toString());
      const found = parseInventory(execFileSync("sh", ["-c", script], { encoding: "utf8", maxBuffer: 1 << 28 }));
      assert.deepEqual(Object.keys(found.settings ?? {}).sort(), Object.keys(found["settings.modes"] ?? {}).sort());
      assert.equal(Object.keys(found.settings ?? {}).length, SETTINGS.length);
      assert.deepEqual(found.grubenv, { "# GRUB Environment Block": "", next_entry: "trial" });
      assert.deepEqual(found["podman.volumes"], { cache: "present" });
    } finally {
      rmSync(at, { recursive: true });
    }
  });

  test("does not compare what could not be asked", () => {
    const after = text().replace(/\n@@@ docker\.images\n.*\n/, "");
    assert.deepEqual(compareInventories(parseInventory(text()), parseInventory(after)), []);
  });

  test("takes what the kernel sizes anew at each boot for the same while it is near, and no other value", () => {
    const of = (value: string) => ({ sysctls: { "net.ipv4.tcp_rmem": value } });
    const found = of("4096 131072 15435072");
    assert.deepEqual(compareInventories(found, of("4096 131072 15435040")), []);
    for (const other of ["4096 131072 16777216", "4096 87380 15435072", "4096 131072", "4096 131072 x"])
      assert.equal(compareInventories(found, of(other)).length, 1, other);
    for (const name of ["net.ipv4.inet_peer_threshold", "kernel.threads-max", "fs.file-max"]) {
      const one = (value: string) => ({ sysctls: { [name]: value } });
      assert.deepEqual(compareInventories(one("51874"), one("51873")), [], name);
      assert.equal(compareInventories(one("51874"), one("65536")).length, 1, name);
    }
  });

  test("says of every ignored difference why", () => {
    for (const rule of ignoreRules) assert.ok(rule.reason.length > 5, String(rule.key));
  });
});
