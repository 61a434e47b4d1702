import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseRecords } from "../../kernel-tuning/host/records.ts";
import { findKnob } from "../../kernel-tuning/knobs/index.ts";
import { planKnobs } from "../../kernel-tuning/plan.ts";
import { knobsOf, profiles } from "../../kernel-tuning/profiles.ts";
import { reportKnob } from "../../kernel-tuning/report.ts";
import type { Knobs } from "../../kernel-tuning/schema.ts";
import { type HostView, viewOf } from "../../kernel-tuning/view.ts";
import { golden, sample } from "../golden.ts";

const debian13 = () => viewOf(parseRecords(sample("kernel-tuning/debian-13-read.txt")), "debian");
const metal = () => viewOf(parseRecords(sample("kernel-tuning/made-up-6.1-read.txt")), "debian");

/** What a profile wants of a host, and what is there, one knob per line. */
function plan(knobs: Knobs, view: HostView): string {
  return planKnobs({ knobs }, view, undefined)
    .map((knob) => {
      const { knob: name, status, expected, found, note } = reportKnob(knob, view.values, new Set(), new Map());
      return [name, status === "refused" ? "differs" : status, found === expected ? found : `${found} -> ${expected}`, note ?? ""]
        .filter((part) => part !== "")
        .join(" | ");
    })
    .join("\n");
}

describe("a profile", () => {
  for (const profile of Object.keys(profiles))
    it(`${profile} wants the same of a captured Debian 13 (kernel 6.12, virtual) as ever`, () =>
      golden(`kernel-tuning/debian-13-${profile}.txt`, `${plan(knobsOf(profile), debian13())}\n`));

  it("finds the older places, the governor, idle states and irqbalance of a made-up host with kernel 6.1 on metal", () => {
    const more = {
      "irq.nvme": "housekeeping",
      "cpu.turbo": "off",
      "cpu.highest": "<2000000",
      "sched.wakeup_granularity_ns": "1000000",
    };
    golden("kernel-tuning/made-up-6.1-latency.txt", `${plan({ ...knobsOf("latency"), ...more }, metal())}\n`);
  });

  it("moves the interrupts of interfaces that are not called eth0, and says what it can't do while debugfs is not mounted", () => {
    const predictable = viewOf(parseRecords(sample("kernel-tuning/made-up-predictable-names-read.txt")), "debian");
    const more = {
      "xps.network": "serving",
      "slice.system.cpuset.cpus": "housekeeping",
      "slice.user.cpuset.cpus": "housekeeping",
    };
    golden("kernel-tuning/made-up-predictable-names-latency.txt", `${plan({ ...knobsOf("latency"), ...more }, predictable)}\n`);
  });

  it("that includes another can take a knob out, and refuses circles and knobs that do not exist", () => {
    const table = { base: { title: "", knobs: { "thp.enabled": "never", "numa.balancing": "0" } } };
    const child = { title: "", includes: "base", knobs: { "thp.enabled": null } };
    assert.deepEqual(knobsOf("child", { ...table, child }), { "numa.balancing": "0" });
    const twice = { includes: ["base", "more"], knobs: {} };
    const more = { knobs: { "numa.balancing": "1", "swap.devices": "off" } };
    assert.deepEqual(knobsOf("twice", { ...table, more, twice }), {
      ...{ "thp.enabled": "never", "numa.balancing": "1", "swap.devices": "off" },
    });
    assert.throws(() => knobsOf("constructor"), /there is no tuning profile constructor/);
    assert.throws(() => knobsOf("a", { a: { includes: "a", knobs: {} } }), /includes itself/);
    assert.throws(() => knobsOf("a", { a: { knobs: { "thp.enabeld": "never" } } }), /there is no knob thp\.enabeld/);
    assert.throws(() => findKnob("sysctl.../../etc/passwd"), /there is no knob/);
  });
});
