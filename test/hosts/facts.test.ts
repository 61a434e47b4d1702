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

  test("read musl's and OpenRC's versions", () => {
    const text = sample("hosts/facts/debian-13-qemu.txt")
      .replace(/@@@ @libc\n[^@]*/, "@@@ @libc\nmusl libc (x86_64)\nVersion 1.2.5\n\n")
      .replace(/@@@ @init\n[^@]*/, "@@@ @init\ninit\n\n@@@ @openrc\nyes\n\n")
      .replace(/@@@ @init-version\n[^@]*/, "@@@ @init-version\nopenrc (OpenRC) 0.55.1\n\n");
    const facts = parseFacts(text);
    assert.deepEqual([facts.libc, facts.init, facts.initVersion], ["musl 1.2.5", "openrc", "0.55.1"]);
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
        "board.model",
        "cpu.boost",
        "cpu.frequencyDriver",
        "cpu.governor",
        "cpu.isolated",
        "cpu.nohzFull",
        "cpu.noTurbo",
        "docker.firewallBackend",
        "docker.storageDriverType",
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
