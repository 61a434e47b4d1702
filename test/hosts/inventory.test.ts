import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compareInventories, describeDifference } from "../../hosts/inventory/diff.ts";
import { ignoreRules } from "../../hosts/inventory/ignore.ts";
import { parseInventory } from "../../hosts/inventory/parse.ts";

const A = "a".repeat(64);
const text = (changes: Record<string, string> = {}) =>
  Object.entries({
    packages: "jq:amd64 1.7\nbash:amd64 5.2",
    sysctls: "./vm/swappiness:60\n./kernel/random/uuid:1\n./net/ipv4/ip_local_port_range:32768\t60999",
    knobs:
      "/sys/kernel/mm/transparent_hugepage/enabled:always [madvise] never\n/sys/class/net/eth0:1/queues/rx-0/rps_cpus:3\n/sys/kernel/debug/sched/base_slice_ns:2800000",
    cgroupsettings: "./system.slice/cpu.weight:100\n./system.slice/memory.max:max",
    modes: "/etc/sysctl.d/10 x.conf 644 root:root",
    swaps: "/dev/zram0 partition 100",
    cmdline: "root=/dev/vda quiet",
    udp: "  sl  local_address rem_address   st\n   0: 00000000:0044 00000000:0000 07",
    daemons: "cron\n(a) b",
    files: `${A}  /etc/sysctl.d/10 x.conf\n/etc/systemd/system/a.service -> /lib/a`,
    listening: "  sl  local_address rem_address   st\n   0: 0100007F:0016 00000000:0000 0A\n   1: 0100007F:9999 00000000:0000 01",
    "docker.images": '[{"Id":"sha256:1","RepoTags":["a:1"]}]',
    "docker.volumes": '{"Volumes":[{"Name":"data"}],"Warnings":null}',
    "podman.images": '[{"id":"2","names":["b:1"]}]',
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
      swaps: { "/dev/zram0": "partition 100" },
      cmdline: { "root=/dev/vda": "present", quiet: "present" },
      udp: { "68 on 00000000": "present" },
      daemons: { cron: "present", "(a) b": "present" },
      files: { "/etc/sysctl.d/10 x.conf": A, "/etc/systemd/system/a.service": "-> /lib/a" },
      listening: { "22 on 0100007F": "present" },
      "docker.images": { "sha256:1": "a:1" },
      "docker.volumes": { data: "" },
      "podman.images": { "2": "b:1" },
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
  });

  test("says of every ignored difference why", () => {
    for (const rule of ignoreRules) assert.ok(rule.reason.length > 5, String(rule.key));
  });
});
