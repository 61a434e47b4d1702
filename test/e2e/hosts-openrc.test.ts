import assert from "node:assert/strict";
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { distributionOf } from "../../hosts/distribution.ts";
import { parseDrivers } from "../../hosts/examine/drivers.ts";
import { examinationScript } from "../../hosts/examine/script.ts";
import { parseSections } from "../../hosts/facts/parse.ts";
import { factsScript } from "../../hosts/facts/script.ts";
import type { Shell } from "../../hosts/index.ts";
import { openrc } from "../../hosts/packages/openrc.ts";
import { type ContractRoot, makeContractRoot } from "../lab/contract-root.ts";

const service = (start: string) => `#!/sbin/openrc-run\nstart() { ${start}; }\nstop() { :; }\n`;

describe("services over a real OpenRC and busybox", () => {
  let root: ContractRoot;
  const run = async (script: Shell) => (await root.transport.run(script)).stdout.trim();
  const states = async () => (await run(openrc.states(["demo", "broken", "nothing"]))).split("\n");

  before(() => {
    root = makeContractRoot(["openrc"]);
    root.write("etc/init.d/demo", service(":"), 0o755);
    root.write("etc/init.d/broken", service("return 1"), 0o755);
    root.write("run/openrc/softlevel", "default\n");
    // What `openrc sysinit` makes at boot.
    for (const state of ["starting", "started", "stopping", "inactive", "failed", "exclusive", "daemons", "options", "tmp"])
      mkdirSync(join(root.path, "run/openrc", state));
  });
  after(() => root?.remove());

  test("start, say so, and stop; each may be repeated", async () => {
    assert.deepEqual(await states(), ["demo inactive", "broken inactive", "nothing unknown"]);
    for (const _ of [1, 2]) await run(openrc.start("demo"));
    assert.equal((await states())[0], "demo active");
    for (const _ of [1, 2]) await run(openrc.stop("demo"));
    assert.equal((await states())[0], "demo inactive");
  });

  test("are listed while they run, each once", async () => {
    const before = await run(openrc.listRunning);
    await run(openrc.start("demo"));
    assert.deepEqual(
      (await run(openrc.listRunning)).split("\n").filter((name) => !before.split("\n").includes(name)),
      ["demo"],
    );
    await run(openrc.stop("demo"));
    assert.equal(await run(openrc.listRunning), before);
  });

  test("fail loudly when one does not start", async () => {
    await assert.rejects(run(openrc.start("broken")), /exit code 1/);
    assert.equal((await states())[1], "broken inactive");
  });

  test("are put into the default runlevel and taken out again, leaving it as it was", async () => {
    const level = join(root.path, "etc/runlevels/default");
    const before = readdirSync(level);
    assert.deepEqual(await run(openrc.enablement(["demo"])), "demo disabled");
    for (const _ of [1, 2]) await run(openrc.enable("demo"));
    assert.deepEqual(await run(openrc.enablement(["demo"])), "demo enabled");
    for (const _ of [1, 2]) await run(openrc.disable("demo"));
    assert.deepEqual(readdirSync(level), before);
  });

  test("run beside facts and preflight questions that busybox's shell understands", async () => {
    const { stderr: first } = await root.transport.run(factsScript());
    const script = examinationScript(distributionOf("alpine"));
    await run(openrc.start("demo"));
    const { stdout, stderr } = await root.transport.run(script);
    assert.deepEqual([first, stderr], ["", ""]);
    const names = ["held", "command-line-files", "background", "ntp", "throttled", "pci", "modules", "interrupts"];
    for (const name of names) assert.ok(parseSections(stdout).has(name), name);
  });

  test("pair systemctl's lines with the units asked for (systemctl is a stand-in here)", async () => {
    const systemctl =
      "#!/bin/sh\nshift\nfor u; do case $u in fstrim.timer|snapd.service) echo active;; *) echo inactive;; esac; done\n";
    root.write("usr/local/bin/systemctl", systemctl, 0o755);
    const sections = parseSections(await run(examinationScript(distributionOf("debian"))));
    assert.equal(sections.get("background"), "snapd.service\nfstrim.timer");
  });

  test("find an accelerator, its driver, device node and interrupts in a sysfs", async () => {
    const device = "sys/devices/pci0001:00/0001:01:00.0";
    const files = { class: "0x120000", vendor: "0x1e60", device: "0x45c4", irq: "38", "msi_irqs/172": "msi" };
    for (const [name, text] of Object.entries(files)) root.write(`${device}/${name}`, `${text}\n`);
    root.write(`${device}/hailo_chardev/hailo0/uevent`, "MAJOR=510\nDEVNAME=hailo0\n");
    root.write("sys/bus/pci/drivers/hailo1x/uevent", "");
    root.write("sys/module/hailo1x_pci/version", "5.1.1\n");
    const links = [
      ["../../../devices/pci0001:00/0001:01:00.0", "sys/bus/pci/devices/0001:01:00.0"],
      ["../../../bus/pci/drivers/hailo1x", `${device}/driver`],
      ["../../../../module/hailo1x_pci", "sys/bus/pci/drivers/hailo1x/module"],
    ] as const;
    mkdirSync(join(root.path, "sys/bus/pci/devices"), { recursive: true });
    for (const [target, path] of links) symlinkSync(target, join(root.path, path));
    root.write("proc/interrupts", "      CPU0\n172:   4096   MIP-MSI 524288 Edge      hailo1x\n");
    root.write("proc/device-tree/hat/product", "AI HAT+ 2\0");
    const { devices, hat } = parseDrivers(parseSections(await run(examinationScript(distributionOf("alpine")))));
    assert.deepEqual(devices, [
      {
        address: "0001:01:00.0",
        kind: "accelerator",
        pciId: "1e60:45c4",
        name: "Hailo-10H",
        driver: "hailo1x",
        module: { name: "hailo1x_pci", version: "5.1.1", inTree: true, firmwareFiles: 0 },
        nodes: ["/dev/hailo0"],
        interrupts: ["172 hailo1x"],
        firmware: [],
      },
    ]);
    assert.deepEqual(hat, { product: "AI HAT+ 2" });
  });
});
