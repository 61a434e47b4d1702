import assert from "node:assert/strict";
import { linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { LENIENT_VARIABLE, LOCK_VARIABLE, lockInUse, readLock, saveLock } from "../../stacks/lock.ts";
import { describeLockDifference, lockDifferences } from "../../stacks/lock-differences.ts";
import { type Lock, type LockedHost, lockJsonSchema } from "../../stacks/lock-schema.ts";
import { publishedJson } from "../published-json.ts";

const host: LockedHost = {
  ...{ distribution: "debian", release: "trixie", kernel: "6.12.41", architecture: "x86_64", cpuModel: "A", cpus: 8 },
  ...{ memoryBytes: 2 ** 35, virtualisation: "none" },
  packages: { "docker.io": "26.1.5", git: "2.47" },
  engines: { docker: "26.1.5" },
  tuning: { "thp.enabled": "never" },
};
const lock: Lock = {
  ...{ version: 1, stack: "mine", at: "2026-01-01T00:00:00.000Z", matrix: "m" },
  hosts: { box: host },
  images: { server: { base: "debian:trixie-slim@sha256:1", digests: { "box/docker": "sha256:2" } } },
  models: { "small/box": "4" },
  benchmarks: { start: { test: "cold-start", instrument: "i", session: "2026-01-01-mine-start" } },
};
const trixie = { base: "trixie by mmdebstrap (python3)", digests: { "box/docker": "sha256:2" } };
const differences = (now: Lock) => lockDifferences(lock, now).map(describeLockDifference);

const root = mkdtempSync(join(tmpdir(), "distrobench-lock-"));
after(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(join(root, "stacks"));
const file = join(root, "stacks/mine.lock.json");

describe("a lock", () => {
  it("has no difference from itself, whenever and under whatever name it was taken", () => {
    assert.deepEqual(differences({ ...lock, stack: "other", at: "2027-01-01T00:00:00.000Z" }), []);
  });

  it("names every difference with both sides", () => {
    const now: Lock = {
      ...lock,
      hosts: {
        box: {
          ...host,
          kernel: "6.12.48",
          cpuModel: "B",
          packages: { "docker.io": "28.0", node: "20" },
          tuning: { "thp.enabled": "always" },
        },
      },
      images: { server: { base: "debian:trixie-slim@sha256:9", digests: { "box/docker": "sha256:3" } } },
      models: { "small/box": "5" },
      benchmarks: { start: { test: "cold-start", instrument: "j", session: "another" } },
    };
    assert.deepEqual(differences(now), [
      "box: kernel 6.12.41 -> 6.12.48",
      "box: cpuModel A -> B",
      "box: package docker.io 26.1.5 -> 28.0",
      "box: package git 2.47 -> absent",
      "box: package node absent -> 20",
      "box: knob thp.enabled never -> always",
      "image server: base debian:trixie-slim@sha256:1 -> debian:trixie-slim@sha256:9",
      "image server: config digest on box/docker sha256:2 -> sha256:3",
      "model: sha256 of small/box 4 -> 5",
      "benchmark start: instrument i -> j",
    ]);
    assert.deepEqual(differences({ ...lock, hosts: {} }), ["box: host locked -> absent"]);
  });

  it("names the packages that make a base another one on other hardware", () => {
    const packages = { libc6: "2.41-12", python3: "3.13.5-1" };
    const locked: Lock = { ...lock, images: { server: { ...trixie, baseDigest: "sha256:a", packages } } };
    const newer = { ...packages, libc6: "2.41-12+deb13u1", "python3.13-minimal": "3.13.5-2" };
    const now: Lock = { ...lock, images: { server: { ...trixie, baseDigest: "sha256:b", packages: newer } } };
    assert.deepEqual(lockDifferences(locked, now).map(describeLockDifference), [
      "image server: base digest sha256:a -> sha256:b",
      "image server: package libc6 2.41-12 -> 2.41-12+deb13u1",
      "image server: package python3.13-minimal absent -> 3.13.5-2",
    ]);
    assert.deepEqual(lockDifferences(locked, locked), []);
  });

  it("of an older distrobench, which says nothing about a base's packages, names none", () => {
    const older: Lock = { ...lock, images: { server: trixie } };
    const now: Lock = { ...lock, images: { server: { ...trixie, baseDigest: "sha256:b", packages: { libc6: "2.41-12" } } } };
    assert.deepEqual(lockDifferences(older, now), []);
  });

  it("is used where it lies beside the matrix, another one when it is named, and none when that is said", () => {
    assert.equal(lockInUse(root, "mine", {}), undefined);
    writeFileSync(file, JSON.stringify(lock));
    assert.deepEqual(lockInUse(root, "mine", {}), { lock, lenient: false });
    assert.deepEqual(lockInUse(root, "new", { [LOCK_VARIABLE]: file, [LENIENT_VARIABLE]: "1" }), { lock, lenient: true });
    assert.equal(lockInUse(root, "mine", { [LOCK_VARIABLE]: "none" }), undefined);
  });

  it("is written as a whole: who has the old file open keeps it, and nothing else is left in the folder", () => {
    const own = join(root, "whole");
    mkdirSync(own);
    const [path, kept] = [join(own, "mine.lock.json"), join(own, "kept")];
    saveLock(path, { ...lock, stack: "old" });
    linkSync(path, kept);
    saveLock(path, lock);
    assert.deepEqual([readLock(kept).stack, readLock(path)], ["old", lock]);
    assert.deepEqual(readdirSync(own).sort(), ["kept", "mine.lock.json"]);
    assert.throws(() => saveLock(join(own, "missing/mine.lock.json"), lock), /ENOENT/);
  });

  it("that is damaged is refused with what is wrong and how it is made again", () => {
    const wrong = (text: string) => {
      writeFileSync(file, text);
      return () => readLock(file);
    };
    assert.throws(wrong("{"), /mine\.lock\.json is not JSON/);
    assert.throws(wrong(JSON.stringify({ ...lock, version: 2 })), /version: expected 1, the version of this file's format/);
    assert.throws(wrong(JSON.stringify({ ...lock, hosts: { box: { ...host, cpus: "8" } } })), /hosts\.box\.cpus/);
    assert.throws(() => readLock(join(root, "nothing.json")), /does not exist/);
  });

  it("has the schema that is given to other tools (UPDATE_GOLDEN=1 writes it)", () => {
    publishedJson("stacks/lock.schema.json", lockJsonSchema);
  });
});
