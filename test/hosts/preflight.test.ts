import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseFacts } from "../../hosts/facts/parse.ts";
import { preflight } from "../../hosts/preflight.ts";
import { sample } from "../golden.ts";

const good = parseFacts(sample("hosts/facts/debian-13-qemu.txt"));
const now = Number(good.more.time);
const failing = (facts: typeof good, status: "warn" | "fail") =>
  preflight(facts, now).flatMap((verdict) => (verdict.status === status ? [verdict.check] : []));

describe("preflight", () => {
  test("lets an emulated lab machine pass with a warning", () => {
    assert.deepEqual(failing(good, "fail"), []);
    assert.deepEqual(failing(good, "warn"), ["real processor"]);
  });

  test("fails without root, cgroup v2 or space, each with a remedy", () => {
    const bad = { ...good, cgroupVersion: 1 as const, more: { ...good.more, uid: "1000", "filesystem./var.freeBytes": "1000" } };
    assert.deepEqual(failing(bad, "fail"), ["commands run as root", "cgroup v2", "disk space"]);
    assert.ok(preflight(bad, now).every((verdict) => verdict.status === "pass" || verdict.remedy !== undefined));
  });

  test("warns of a missing memory controller, a slow clock source and a wrong clock", () => {
    const bad = { ...good, emulated: false, cgroupControllers: ["cpu", "cpuset"], clocksource: "hpet" };
    assert.deepEqual(failing({ ...bad, more: { ...good.more, time: String(now - 3600) } }, "warn"), [
      "cgroup controllers",
      "clock source",
      "clock",
    ]);
  });
});
