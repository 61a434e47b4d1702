import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { distributions } from "../../hosts/distribution.ts";
import { packageTable } from "../../hosts/index.ts";
import { packageVerdicts } from "../../hosts/packages/availability.ts";
import { pythonSources } from "../../hosts/packages/python.ts";
import { realNames } from "../../hosts/packages/table.ts";
import { vendorRemedy } from "../../hosts/packages/vendors.ts";
import { distributionName } from "../../hosts/schema.ts";

const list = (...names: readonly string[]) => new Map(names.map((name) => [name, "29.0-1"]));

describe("distributions", () => {
  test("are all six in the table, each under its own name", () => {
    assert.deepEqual(
      Object.entries(distributions).map(([key, { name }]) => [key, name]),
      Object.keys(distributions).map((name) => [name, name]),
    );
    assert.deepEqual(Object.keys(distributions).sort(), [...distributionName.options].sort());
  });

  for (const { name, label, packages, services } of Object.values(distributions))
    test(`${label} has ${packages.family} and ${services.kind}, and a name for every package`, () => {
      for (const [wanted, { brought }] of Object.entries(packageTable))
        assert.ok(brought !== undefined || realNames(name, "any", wanted).length > 0);
    });

  const kernels = [
    [
      "debian",
      "6.12.57+deb13-amd64",
      ["linux-image-6.12.57+deb13-amd64", "linux-image-amd64"],
      ["linux-image-6.1.0-1-amd64", "linux-base"],
    ],
    ["pureos", "6.1.0-30-amd64", ["linux-headers-amd64", "linux-image-6.1.0-30-amd64"], ["linux-libc-dev"]],
    [
      "ubuntu",
      "6.8.0-60-generic",
      ["linux-generic", "linux-image-6.8.0-60-generic", "linux-image-generic-hwe-24.04"],
      ["linux-firmware", "linux-tools-common"],
    ],
    [
      "raspberry-pi-os",
      "6.12.47+rpt-rpi-2712",
      ["linux-image-6.12.47+rpt-rpi-2712", "linux-image-rpi-2712", "raspi-firmware"],
      ["raspi-config"],
    ],
    ["tromjaro", "6.12.48-1-MANJARO", ["linux612", "linux612-headers"], ["linux66", "linux-firmware", "linux-api-headers"]],
    ["tromjaro", "6.1.155-1-MANJARO", ["linux61", "linux61-headers"], ["linux612", "linux612-headers"]],
    ["tromjaro", "6.17.1-arch1-1", ["linux", "linux-headers"], ["linux612", "linux-firmware"]],
    ["alpine", "6.12.69-0-lts", ["linux-lts"], ["linux-virt", "linux-firmware-none"]],
  ] as const;
  for (const [name, release, held, others] of kernels)
    test(`${name} knows what keeps the kernel ${release}`, () => {
      const found = distributions[name].kernelPackages([...others, ...held], release);
      assert.deepEqual(found, [...held]);
    });

  test("say where the kernel's command line is set", () => {
    const files = Object.values(distributions).map(({ name, commandLine }) => [name, commandLine.map(({ path }) => path)]);
    assert.deepEqual(Object.fromEntries(files), {
      alpine: ["/etc/update-extlinux.conf", "/etc/default/grub", "/boot/cmdline.txt"],
      tromjaro: ["/etc/default/grub"],
      pureos: ["/etc/default/grub"],
      ubuntu: ["/boot/firmware/cmdline.txt", "/etc/default/grub"],
      "raspberry-pi-os": ["/boot/firmware/cmdline.txt", "/boot/cmdline.txt"],
      debian: ["/etc/default/grub"],
    });
  });
});

describe("a vendor's packages", () => {
  const docker = (installed: Map<string, string>, candidates: Map<string, string>) =>
    realNames("debian", "bookworm", "docker", { installed, candidates })[0];

  test("are taken where they are installed, or their repository is there and nothing else is installed", () => {
    assert.equal(docker(list("docker-ce"), list("docker.io")), "docker-ce");
    assert.equal(docker(list(), list("docker.io", "docker-ce")), "docker-ce");
    assert.equal(docker(list("docker.io"), list("docker.io", "docker-ce")), "docker.io");
    assert.equal(docker(list(), list("docker.io")), "docker.io");
  });

  test("have a remedy with the suite of the base for PureOS and Debian's tree for Raspberry Pi OS", () => {
    assert.match(vendorRemedy("pureos", "crimson", "docker") ?? "", /linux\/debian bookworm stable/);
    assert.match(vendorRemedy("raspberry-pi-os", "bookworm", "docker") ?? "", /linux\/debian bookworm stable/);
    assert.match(vendorRemedy("raspberry-pi-os", "trixie", "hailo-10h") ?? "", /hailo-h10-all/);
    assert.equal(vendorRemedy("debian", "trixie", "docker"), undefined);
  });

  test("show in the verdict of a host whose own Docker is too old", () => {
    const old = new Map([["docker.io", "20.10.24+dfsg1-1"]]);
    const state = { release: "bookworm", installed: old, candidates: old, active: [], hasIndex: true };
    const [verdict] = packageVerdicts("raspberry-pi-os", ["docker"], state, "look at the sources");
    assert.equal(verdict?.status, "fail");
    assert.match(verdict?.found ?? "", /docker\.io 20\.10\.24 installed; the study used Docker Engine 24/);
    assert.match(verdict?.remedy ?? "", /^remove docker\.io.*download\.docker\.com/);
  });

  test("are not asked about where there is no index yet", () => {
    const state = { release: "3.22.1", installed: list(), candidates: list(), active: [], hasIndex: false };
    assert.deepEqual(
      packageVerdicts("alpine", ["git"], state, "").map(({ status }) => status),
      ["warn"],
    );
    assert.deepEqual(
      packageVerdicts("alpine", ["git"], { ...state, hasIndex: true }, "x").map(({ status }) => status),
      ["fail"],
    );
  });
});

describe("Python 3.11", () => {
  test("is native on Debian 12 and what is made of it only", () => {
    const first = (name: "debian" | "pureos" | "alpine", release: string) => pythonSources(name, release)[0]?.source;
    assert.deepEqual([first("debian", "bookworm"), first("pureos", "crimson")], ["native", "native"]);
    assert.deepEqual([first("debian", "trixie"), first("alpine", "3.22.1")], ["container", "container"]);
  });
});
