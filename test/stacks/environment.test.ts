import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HostFacts } from "../../hosts/index.ts";
import { environmentDigest } from "../../stacks/environment.ts";

const facts: HostFacts = {
  distribution: "debian",
  prettyName: "Debian GNU/Linux 13 (trixie)",
  release: "trixie",
  kernel: "6.12.1",
  commandLine: "quiet",
  architecture: "x86_64",
  libc: "glibc 2.41",
  init: "systemd",
  initVersion: "257",
  cpuModel: "any",
  cpus: 2,
  memoryBytes: 2 ** 31,
  virtualisation: "qemu",
  emulated: true,
  cgroupVersion: 2,
  cgroupControllers: ["cpu", "memory"],
  clocksource: "tsc",
  bootId: "a",
  machineId: "b",
  more: { "vm.swappiness": "60", uptime: "12" },
};
const packages = { installed: { "docker.io": "26.1.5" }, engines: { docker: "26.1.5" } };
const digest = (change: Partial<HostFacts>) => environmentDigest({ ...facts, ...change }, packages);

describe("the digest of an environment", () => {
  it("stays when a host was restarted", () => {
    assert.equal(digest({ bootId: "c", more: { uptime: "1", "vm.swappiness": "60" } }), digest({}));
  });

  it("stays when a disk has filled a little, and when the hypervisor took more time", () => {
    const at = (bytes: string, steal: string) =>
      digest({ more: { "filesystem./var.freeBytes": bytes, "cpu.stealPercent": steal, "cpu.model": "m" } });
    assert.equal(at("9000", "0"), at("8000", "1.5"));
  });

  it("changes with a value of the tuning", () => {
    const tuned = (value: string) => environmentDigest(facts, packages, { "thp.enabled": value });
    assert.notEqual(tuned("never"), tuned("madvise"));
  });

  it("changes with a setup step and with a file", () => {
    const own = (digests: Record<string, string>) => environmentDigest(facts, packages, {}, digests);
    assert.equal(own({}), digest({}));
    assert.equal(new Set([own({}), own({ "setup a": "1" }), own({ "setup a": "2" }), own({ "file /a": "1" })]).size, 4);
  });

  it("does not depend on the order of properties", () => {
    const turned = Object.fromEntries(Object.entries(facts).reverse()) as unknown as HostFacts;
    assert.equal(environmentDigest(turned, packages), digest({}));
  });

  it("changes with the kernel, with a setting, and with a package", () => {
    assert.notEqual(digest({ kernel: "6.13" }), digest({}));
    assert.notEqual(digest({ more: { "vm.swappiness": "10", uptime: "12" } }), digest({}));
    assert.notEqual(environmentDigest(facts, { ...packages, engines: { docker: "28" } }), digest({}));
  });
});
