import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { distributionOf } from "../../hosts/distribution.ts";
import { driverVerdicts } from "../../hosts/examine/accelerators.ts";
import { type Examination, examinationVerdicts } from "../../hosts/examine/checks.ts";
import { parseDrivers } from "../../hosts/examine/drivers.ts";
import { examinationScript } from "../../hosts/examine/script.ts";
import { parseFacts, parseSections } from "../../hosts/facts/parse.ts";
import { distributionName } from "../../hosts/schema.ts";
import { sample } from "../golden.ts";

const text = sample("hosts/raspberry-pi-os/examination.txt");
const facts = {
  ...parseFacts(sample("hosts/facts/debian-13-qemu.txt")),
  distribution: "raspberry-pi-os" as const,
  kernel: "6.12.47+rpt-rpi-2712",
};
const names = ["linux-image-6.12.47+rpt-rpi-2712", "linux-image-rpi-2712", "raspi-firmware", "git"];
const examination = (changes: Partial<Examination> = {}): Examination => ({
  distribution: distributionOf("raspberry-pi-os"),
  facts,
  packages: {
    release: "trixie",
    installed: new Map(names.map((name) => [name, "1"])),
    candidates: new Map(),
    active: [],
    hasIndex: true,
  },
  sections: parseSections(text),
  ...changes,
});
const verdictOf = (check: string, changes: Partial<Examination> = {}) =>
  examinationVerdicts(examination(changes)).find((verdict) => verdict.check === check) ?? assert.fail(`no check ${check}`);
const changed = (from: string | RegExp, to: string) => ({ sections: parseSections(text.replace(from, to)) });

const on = (release: string, installed: Readonly<Record<string, string>> = {}) => ({
  release,
  installed: new Map(Object.entries(installed)),
});

describe("drivers", () => {
  const inventory = parseDrivers(parseSections(text));

  test("are read with PCI id, module, origin, device node, interrupt and firmware", () => {
    assert.deepEqual(inventory.devices[0], {
      address: "0001:01:00.0",
      kind: "accelerator",
      pciId: "1e60:45c4",
      name: "Hailo-10H",
      driver: "hailo1x",
      module: {
        name: "hailo1x_pci",
        version: "5.1.1",
        file: "/lib/modules/6.12.47+rpt-rpi-2712/updates/dkms/hailo1x_pci.ko.xz",
        inTree: false,
        firmwareFiles: 8,
      },
      nodes: ["/dev/hailo0"],
      interrupts: ["172 hailo1x"],
      firmware: ["[    7.412311] hailo1x 0001:01:00.0: Firmware was loaded successfully"],
    });
    assert.deepEqual(inventory.hat, { vendor: "Raspberry Pi Ltd", product: "AI HAT+ 2", product_id: "0x0001" });
  });

  test("are read for graphics that is not on PCI", () => {
    const [, , v3d] = inventory.devices;
    assert.deepEqual([v3d?.driver, v3d?.nodes, v3d?.module?.inTree], ["v3d", ["/dev/dri/card0", "/dev/dri/renderD128"], true]);
  });

  test("pass with a device node, and fail without a driver, naming the vendor's packages", () => {
    const [hat, hailo] = driverVerdicts("raspberry-pi-os", on("trixie"), inventory);
    assert.deepEqual([hat?.found, hailo?.status], ["Raspberry Pi Ltd AI HAT+ 2", "pass"]);
    assert.match(
      hailo?.found ?? "",
      /driver hailo1x 5\.1\.1 from outside of the kernel, \/dev\/hailo0, IRQ 172 hailo1x, firmware: Firmware was loaded successfully$/,
    );
    const bare = parseDrivers(parseSections(text.replace("hailo1x hailo1x_pci 38 172 /dev/hailo0", "- - 38 - -")));
    const [, failed] = driverVerdicts("raspberry-pi-os", on("trixie"), bare);
    assert.deepEqual([failed?.status, failed?.check], ["fail", "accelerator Hailo-10H"]);
    assert.match(failed?.remedy ?? "", /hailo-h10-all/);
    assert.match(driverVerdicts("raspberry-pi-os", on("bookworm"), bare)[1]?.remedy ?? "", /on Trixie only/);
  });

  test("say it when the kernel's log has nothing of an accelerator's firmware", () => {
    const silent = parseDrivers(parseSections(text.replace(/^\[.*Firmware was.*\n/m, "")));
    const [, hailo, gpu] = driverVerdicts("raspberry-pi-os", on("trixie"), silent);
    assert.match(hailo?.found ?? "", /firmware: nothing in the kernel's log$/);
    assert.doesNotMatch(gpu?.found ?? "", /firmware/);
  });

  test("of a Hailo fail beside a library of another version, which would refuse them", () => {
    const library = (installed: Readonly<Record<string, string>>) =>
      driverVerdicts("raspberry-pi-os", on("trixie", installed), inventory).find(({ check }) => check.includes("library"));
    assert.equal(library({ "h10-hailort": "5.1.1" })?.status, "pass");
    const { status, found } = library({ "h10-hailort": "5.2.0-1" }) ?? assert.fail();
    assert.deepEqual([status, found], ["fail", "h10-hailort 5.2.0, driver 5.1.1"]);
    assert.equal(library({}), undefined);
  });

  test("may be absent altogether", () => {
    const none = parseDrivers(parseSections("@@@ pci\n\n@@@ drm\n"));
    assert.deepEqual(driverVerdicts("debian", on("trixie"), none), [
      { check: "drivers", status: "pass", found: "no GPU, NPU or accelerator found" },
    ]);
  });
});

describe("examination", () => {
  test("names the kernel's packages that are not held, with the command that holds them", () => {
    const { status, found, remedy } = verdictOf("kernel held");
    assert.equal(status, "warn");
    assert.equal(found, "6.12.47+rpt-rpi-2712, linux-image-6.12.47+rpt-rpi-2712, raspi-firmware not held");
    assert.match(remedy ?? "", /; or on the host: apt-mark hold linux-image-6\.12\.47\+rpt-rpi-2712 raspi-firmware$/);
    const alpine = { distribution: distributionOf("alpine"), facts: { ...facts, kernel: "6.12.69-0-lts" } };
    const packages = { ...examination().packages, installed: new Map([["linux-lts", "6.12.69-r0"]]) };
    assert.match(verdictOf("kernel held", { ...alpine, packages }).remedy ?? "", /on the host: apk add linux-lts=6\.12\.69-r0$/);
    const all = changed("@@@ held\nlinux-image-rpi-2712", `@@@ held\n${names.join("\n")}`);
    assert.equal(verdictOf("kernel held", all).status, "pass");
  });

  test("names what runs in the background, and how it is stopped for the time of measuring", () => {
    const { status, found, remedy } = verdictOf("background services");
    assert.equal(status, "warn");
    assert.match(found, /tracker-miner-fs-3 \(indexer\).*apt-daily\.timer \(update timer\)/);
    assert.match(
      remedy ?? "",
      /systemctl stop apt-daily\.timer unattended-upgrades\.service; as the user .*: systemctl --user stop tracker-miner-fs-3$/,
    );
    const quiet = changed(/@@@ background\n[^@]*/, "@@@ background\n\n");
    assert.equal(verdictOf("background services", quiet).status, "pass");
  });

  test("takes the bits of the Raspberry Pi's firmware apart", () => {
    assert.equal(verdictOf("throttling").found, "under-voltage since boot, throttled since boot, hottest 62 °C");
    assert.equal(verdictOf("throttling", changed("0x50000", "0x0")).status, "pass");
    assert.match(
      verdictOf("throttling", changed("throttle-counts\n", "throttle-counts\n3\n4\n")).found,
      /7 thermal throttle events/,
    );
  });

  test("knows a synchronised clock from systemd, and from busybox where there is none", () => {
    assert.equal(verdictOf("time synchronised").status, "pass");
    const busybox = (status: string) => changed("ntp\nyes\n\n@@@ adjtimex\n", `ntp\n\n@@@ adjtimex\n status: ${status}\n`);
    assert.equal(verdictOf("time synchronised", busybox("8193 (PLL | NANO)")).status, "pass");
    assert.equal(verdictOf("time synchronised", busybox("64 (UNSYNC)")).status, "warn");
    assert.equal(verdictOf("time synchronised", changed("ntp\nyes", "ntp\n")).status, "warn");
  });

  test("warns of swap and of a virtual machine", () => {
    assert.equal(verdictOf("virtualisation").status, "warn");
    assert.equal(verdictOf("swap", { facts: { ...facts, more: { ...facts.more, swap: "on" } } }).status, "warn");
    assert.equal(verdictOf("virtualisation", { facts: { ...facts, virtualisation: "none" } }).status, "pass");
  });

  test("says which file sets the kernel's command line", () => {
    assert.equal(verdictOf("kernel command line").found, "/boot/firmware/cmdline.txt");
    assert.equal(verdictOf("kernel command line", changed("/boot/firmware/cmdline.txt", "")).status, "warn");
    const grub = (commandLine: string) =>
      verdictOf("kernel command line", {
        ...changed("/boot/firmware/cmdline.txt", "/etc/default/grub"),
        ...{ distribution: distributionOf("debian"), facts: { ...facts, commandLine } },
      });
    assert.equal(grub("BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1 ro").found, "/etc/default/grub, then update-grub");
    const other = grub("initrd=\\initrd.img root=/dev/sda1 ro");
    assert.deepEqual(
      [other.status, other.found],
      ["warn", "/etc/default/grub is there, but another boot loader started this kernel"],
    );
  });

  for (const name of distributionName.options)
    test(`of ${name} writes nothing`, () => {
      const targets =
        examinationScript(distributionOf(name))
          .toString()
          .match(/[^2]>+\s*[^\s&;|)]+/g) ?? [];
      assert.deepEqual(
        [...new Set(targets)].filter((target) => !target.endsWith(">/dev/null")),
        [],
      );
    });
});
