import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { writeScript } from "../../kernel-tuning/host/scripts.ts";
import { inOrder } from "../../kernel-tuning/knobs/index.ts";
import { planKnobs } from "../../kernel-tuning/plan.ts";
import { reportKnob } from "../../kernel-tuning/report.ts";
import { resolveCpus } from "../../kernel-tuning/topology.ts";
import { viewOf } from "../../kernel-tuning/view.ts";

const encode = (text: string) => Buffer.from(text).toString("base64");
const fact = (name: string, value: string) => ({ kind: "fact", name, value });

describe("the hold of a kernel", () => {
  const installed = "ii  linux-image-6.12.1-amd64 6.12.1-1\nii  linux-image-amd64 6.12.1-1\nii  git 1:2.47\n";
  const debian = (held: string) =>
    viewOf(
      [
        fact("kernel", "6.12.1-amd64"),
        { kind: "installed", name: "apt", value: encode(installed) },
        { kind: "held", name: "apt", value: encode(held) },
      ],
      "debian",
    );

  it("means the running kernel's package and the one that would bring the next, and sees which are held", () => {
    const view = debian("linux-image-amd64\ngit\n");
    const [planned] = planKnobs({ knobs: { "hold.kernel": "on" } }, view, undefined);
    assert.ok(planned !== undefined && "cells" in planned.plan);
    assert.deepEqual(
      planned.plan.cells.map(({ name }) => name),
      ["apt/linux-image-6.12.1-amd64", "apt/linux-image-amd64"],
    );
    const report = reportKnob(planned, view.values, new Set(), new Map());
    assert.deepEqual([report.status, report.expected, report.found], ["refused", "held", "free"]);
    const all = debian("linux-image-6.12.1-amd64\nlinux-image-amd64\n");
    assert.equal(reportKnob(planned, all.values, new Set(), new Map()).status, "applied");
  });

  it("is not applicable where no package brought the kernel", () => {
    const view = viewOf([fact("kernel", "6.1.0-custom")], "alpine");
    const [planned] = planKnobs({ knobs: { "hold.kernel": "on" } }, view, undefined);
    assert.match(JSON.stringify(planned?.plan), /no installed package brings the running kernel 6\.1\.0-custom/);
  });

  it("is written in the words of the host's package manager", () => {
    const baseline = { version: 2, owner: "s/h", profile: "p", at: "2026-01-01T00:00:00Z", cells: [] } as const;
    const steps = [{ kind: "hold", name: "pacman/linux612", value: "held" }] as const;
    const script = writeScript({ baseline: { ...baseline, cells: [] }, over: undefined, steps, readBack: [] }).toString();
    assert.match(script, /IgnorePkg = \$p/);
    assert.match(script, /step 0 hold pacman\/linux612 held/);
  });
});

describe("a slice's partition", () => {
  const view = viewOf(
    [
      fact("kernel", "6.12.1"),
      fact("init", "systemd"),
      fact("online", "0-3"),
      { kind: "controllers", name: "/sys/fs/cgroup/cgroup.subtree_control", value: "cpu cpuset" },
      { kind: "slice", name: "model.slice", value: "absent" },
    ],
    "debian",
  );
  const name = "slice.model.cpuset.cpus.partition";

  it("is written after the CPUs it is made of", () => {
    assert.deepEqual(inOrder([name, "slice.model.cpuset.cpus"]), ["slice.model.cpuset.cpus", name]);
  });

  it("that the kernel made invalid is reported as refused, with the kernel's reason", () => {
    const [planned] = planKnobs({ knobs: { [name]: "isolated" } }, view, undefined);
    assert.ok(planned !== undefined);
    const reason = "isolated invalid (Cpu list in cpuset.cpus not exclusive)";
    const values = new Map([
      ["slice model.slice", "present"],
      ["property model.slice/cpuset.cpus.partition", reason],
    ]);
    const report = reportKnob(planned, values, new Set(), new Map());
    assert.deepEqual([report.status, report.found], ["refused", reason]);
    values.set("property model.slice/cpuset.cpus.partition", "isolated");
    assert.equal(reportKnob(planned, values, new Set(), new Map()).status, "applied");
  });

  it("of another kind than the kernel's three is refused before any host is asked", () => {
    assert.throws(() => planKnobs({ knobs: { [name]: "alone" } }, view, undefined), /expected member, root, isolated/);
  });
});

describe("the word accelerator-irq", () => {
  const threads = (pairs: readonly (readonly number[])[]) => new Map(pairs.flatMap((pair) => pair.map((cpu) => [cpu, pair])));

  it("is one thread of the last core, unless the matrix says otherwise", () => {
    const pi = { online: [0, 1, 2, 3], siblings: threads([[0], [1], [2], [3]]) };
    assert.deepEqual(resolveCpus("accelerator-irq", pi, undefined), [3]);
    const laptop = {
      online: [0, 1, 2, 3],
      siblings: threads([
        [0, 2],
        [1, 3],
      ]),
    };
    assert.deepEqual(resolveCpus("accelerator-irq", laptop, undefined), [1]);
    assert.deepEqual(resolveCpus("accelerator-irq", pi, { "accelerator-irq": "1-2" }), [1, 2]);
    assert.deepEqual(resolveCpus("accelerator-irq", { online: [0], siblings: new Map() }, undefined), [0]);
  });
});
