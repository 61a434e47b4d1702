import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseRecords } from "../../kernel-tuning/host/records.ts";
import { planKnobs } from "../../kernel-tuning/plan.ts";
import { knobsOf } from "../../kernel-tuning/profiles.ts";
import { createTuningHandler } from "../../kernel-tuning/tuning-handler.ts";
import { type HostView, viewOf } from "../../kernel-tuning/view.ts";
import { contextOf, inputsOf, MemoryHost } from "./memory-host.ts";

const SYSTEM = "slice.system.cpuset.cpus";
const FOUR = "fact\tonline\t0-3\n";
const CONTROLLERS = "controllers\t/sys/fs/cgroup/cgroup.subtree_control\tpids\nslice\tmodel.slice\tabsent\n";
const host = (text: string) => viewOf(parseRecords(text), "debian");
const plan = (knobs: Readonly<Record<string, string>>, view: HostView, name: string) =>
  planKnobs({ knobs }, view, undefined).find((one) => one.name === name)?.plan;

describe("the CPUs of a slice that was there before", () => {
  const systemd = (more: string) => host(`fact\tinit\tsystemd\n${FOUR}${more}`);

  it("are those of a word, and go back to all of them", async () => {
    const found = { "confined system.slice": "all", "confined user.slice": "all" };
    const memory = new MemoryHost(found);
    const handler = createTuningHandler(async () => memory);
    const inputs = inputsOf({ [SYSTEM]: "housekeeping", "slice.user.cpuset.cpus": "0-1" });
    const { id, outputs } = await handler.create(contextOf([]), inputs);
    assert.deepEqual([...memory.cells.values()], ["0", "0-1"]);
    await handler.delete(contextOf([]), { id, inputs, outputs });
    assert.deepEqual(Object.fromEntries(memory.cells), found);
  });

  it("are left alone where somebody has set them", () => {
    const view = systemd("confined\tsystem.slice\t0-2\n");
    assert.deepEqual(plan({ [SYSTEM]: "0" }, view, SYSTEM), {
      notApplicable: "system.slice keeps to CPUs 0-2 already and is left alone",
    });
  });

  it("are not applicable to OpenRC, which has no slices, nor where the slice is missing", () => {
    assert.match(JSON.stringify(plan({ [SYSTEM]: "0" }, host(`fact\tinit\topenrc\n${FOUR}`), SYSTEM)), /OpenRC has no slices/);
    assert.match(JSON.stringify(plan({ [SYSTEM]: "0" }, systemd(""), SYSTEM)), /system\.slice is not there/);
  });
});

describe("the CPUs of what is served", () => {
  const name = "slice.model.cpuset.cpus";
  const { [name]: value = "" } = knobsOf("serving");
  const threads = (pairs: readonly string[]) => pairs.map((pair, cpu) => `siblings\t${cpu}\t${pair}\n`).join("");
  const wanted = (text: string) => {
    const [planned] = planKnobs({ knobs: { [name]: value } }, host(`fact\tinit\tsystemd\n${CONTROLLERS}${text}`), undefined);
    return planned !== undefined && "cells" in planned.plan ? planned.plan.cells.at(-1)?.wanted : JSON.stringify(planned?.plan);
  };

  it("are all but the first core's in the profile serving, on a host with four cores", () => {
    assert.equal(wanted(`${FOUR}${threads(["0", "1", "2", "3"])}`), "1-3");
  });

  it("are all of them on a host with fewer cores, however many threads these have", () => {
    assert.match(wanted(`${FOUR}${threads(["0,2", "1,3", "0,2", "1,3"])}`) ?? "", /no value for .* and 2 cores/);
  });

  it("come with every controller that the slices of a profile need, where no systemd hands them on", () => {
    const view = host(`fact\tinit\topenrc\n${FOUR}${CONTROLLERS}`);
    const knobs = { "slice.model.cpu.weight": "1000", [name]: "serving", "slice.model.memory.max": "1G", [SYSTEM]: "0" };
    for (const knob of ["slice.model.cpu.weight", "slice.model.memory.max"])
      assert.match(JSON.stringify(plan(knobs, view, knob)), /"wanted":"cpu cpuset memory pids"/);
  });
});
