import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fingerprintNames } from "../../hosts/facts/index.ts";
import { parseFacts } from "../../hosts/facts/parse.ts";
import { factsScript } from "../../hosts/facts/script.ts";
import { golden, sample } from "../golden.ts";

const samples = readdirSync(join(import.meta.dirname, "../golden/hosts/facts")).filter((name) => name.endsWith(".txt"));

describe("facts", () => {
  for (const name of samples) {
    test(`are read from ${name}`, () => {
      golden(
        `hosts/facts/${name.replace(".txt", ".json")}`,
        `${JSON.stringify(parseFacts(sample(`hosts/facts/${name}`)), undefined, 2)}\n`,
      );
    });
  }

  test("tell an emulated processor from KVM", () => {
    assert.equal(parseFacts(sample("hosts/facts/debian-13-qemu.txt")).emulated, true);
    const kvm = parseFacts(sample("hosts/facts/debian-12-kvm-container.txt"));
    assert.deepEqual([kvm.emulated, kvm.virtualisation], [false, "kvm, in docker"]);
  });

  test("know TCG by its processor model where systemd is missing", () => {
    const text = sample("hosts/facts/debian-13-qemu.txt").replace(/@@@ @virt\n[^@]*/, "");
    const facts = parseFacts(text);
    assert.deepEqual([facts.emulated, facts.virtualisation], [true, "qemu"]);
  });

  test("know a virtual machine by its board where neither systemd nor the processor tells, as on arm64 with Alpine", () => {
    const bare = sample("hosts/facts/debian-13-qemu.txt")
      .replace(/@@@ @virt\n[^@]*/, "")
      .replace(/@@@ @cpuinfo\n[^@]*/, "@@@ @cpuinfo\nprocessor\t: 0\nFeatures\t: fp asimd\n\n")
      .replace(/@@@ board\.\w+\n[^@]*/g, "");
    const seen = (more: string) => {
      const { virtualisation, emulated } = parseFacts(bare + more);
      return [virtualisation, emulated];
    };
    const board = (vendor: string, product: string) => seen(`\n@@@ board.vendor\n${vendor}\n\n@@@ board.product\n${product}\n`);
    assert.deepEqual(board("QEMU", "KVM Virtual Machine"), ["kvm", false]);
    assert.deepEqual(board("QEMU", "QEMU Virtual Machine"), ["qemu", true]);
    assert.deepEqual(seen("\n@@@ board.model\nlinux,dummy-virt\0\n"), ["qemu", true]);
    assert.deepEqual(board("Amazon EC2", "t4g.small"), ["unknown", false]);
    assert.deepEqual(board("Amazon EC2", "a1.metal"), ["none", false]);
    assert.deepEqual(seen("\n@@@ board.model\nRaspberry Pi 5 Model B Rev 1.0\0\n"), ["none", false]);
  });

  test("read musl's and OpenRC's versions", () => {
    const text = sample("hosts/facts/debian-13-qemu.txt")
      .replace(/@@@ @libc\n[^@]*/, "@@@ @libc\nmusl libc (x86_64)\nVersion 1.2.5\n\n")
      .replace(/@@@ @init\n[^@]*/, "@@@ @init\ninit\n\n@@@ @openrc\nyes\n\n")
      .replace(/@@@ @init-version\n[^@]*/, "@@@ @init-version\nopenrc (OpenRC) 0.55.1\n\n");
    const facts = parseFacts(text);
    assert.deepEqual([facts.libc, facts.init, facts.initVersion], ["musl 1.2.5", "openrc", "0.55.1"]);
  });

  test("know a Raspberry Pi's board, firmware, PCIe link, and the disks and settings of its engines", () => {
    const text = sample("hosts/facts/debian-13-qemu.txt")
      .replace("@@@ @cpuinfo\n", "@@@ @cpuinfo\nRevision\t: d04170\n")
      .replace(/@@@ @cmdline\n/, "@@@ @cmdline\nrcu_nocbs=2-3 ")
      .concat(
        ...[
          "\n@@@ board.eeprom\n1a2b3c4d\0\n",
          "\n@@@ pcie.0001:01:00.0\n8.0 GT/s PCIe x1\n",
          "\n@@@ disk.model.mmcblk0\nSD64G\n",
        ],
        '\n@@@ @docker-network\n{"Driver":"bridge","Options":{"com.docker.network.driver.mtu":"1500"}}\n',
        ...['\n@@@ podman.storageDriver\n"overlay"\n', "\n@@@ irq.affinity\nnvme0q0=0-3 virtio0-input.0=1 \n"],
      );
    const { more } = parseFacts(text);
    assert.deepEqual([more["board.revision"], more["board.eeprom"], more["cpu.rcuNoCallbacks"]], ["d04170", "1a2b3c4d", "2-3"]);
    assert.deepEqual([more["pcie.0001:01:00.0"], more["disk.model.mmcblk0"]], ["8.0 GT/s PCIe x1", "SD64G"]);
    assert.deepEqual([more["docker.networkMode"], more["podman.storageDriver"]], ["bridge mtu 1500", '"overlay"']);
    assert.equal(more["irq.affinity"], "nvme0q0=0-3 virtio0-input.0=1");
  });

  test("know that Docker was told to have no userland proxy, wherever it was told", () => {
    const text = sample("hosts/facts/debian-13-qemu.txt");
    const proxy = (more: string) => parseFacts(text.concat(more)).more["docker.userlandProxy"];
    assert.equal(proxy(""), "true");
    assert.equal(proxy('\n@@@ @docker-daemon\n{"userland-proxy":false}\n'), "false");
    assert.equal(proxy("\n@@@ @docker-words\n/usr/sbin/dockerd\n--userland-proxy=false\n"), "false");
    assert.equal(proxy("\n@@@ @docker-words\n/usr/sbin/dockerd\n--userland-proxy\n"), "true");
  });

  test("refuse a system that is none of ours", () => {
    const text = sample("hosts/facts/debian-13-qemu.txt").replace("ID=debian", "ID=fedora");
    assert.throws(() => parseFacts(text), /ID=fedora.*is none of/);
  });

  test("hold every name of the fingerprint that the sample's host can have", () => {
    const facts = parseFacts(sample("hosts/facts/debian-13-qemu.txt"));
    const names = new Set([...Object.keys(facts), ...Object.keys(facts.more)]);
    const absent = fingerprintNames.filter(
      (name) => ![...names].some((known) => known === name || (name.endsWith(".") && known.startsWith(name))),
    );
    assert.deepEqual(
      absent.sort(),
      [
        "board.eeprom",
        "board.model",
        "board.revision",
        "cpu.boost",
        "cpu.frequencyDriver",
        "cpu.governor",
        "cpu.isolated",
        "cpu.nohzFull",
        "cpu.noTurbo",
        "disk.model.",
        "docker.firewallBackend",
        "docker.networkMode",
        "docker.storageDriverType",
        "pcie.",
        "podman.networkBackend",
        "podman.storageDriver",
      ].sort(),
    );
  });

  test("write nothing: the script has no redirection into a file", () => {
    const targets =
      factsScript()
        .toString()
        .match(/>+\s*[^\s&;|)]+/g) ?? [];
    assert.deepEqual([...new Set(targets)], [">/dev/null"]);
  });
});
