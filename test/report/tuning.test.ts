import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compareSessions } from "../../benchmarks/gate/index.ts";
import type { SessionData } from "../../benchmarks/index.ts";
import { summarise } from "../../benchmarks/statistics/index.ts";
import { renderHtml } from "../../report/html.ts";
import { renderMarkdown } from "../../report/index.ts";
import { environmentTable, fullEnvironmentTable } from "../../report/tables.ts";
import { viewOf } from "../../report/view.ts";
import { before, now } from "../benchmarks/gate/sessions.ts";
import { syntheticSession } from "./synthetic-session.ts";

type Tuning = Readonly<Record<string, string>>;

/** As read back by knob, which is how they come into a session; a host without a profile has none. */
const TUNING: Readonly<Record<string, Tuning>> = {
  stock: {},
  serving: {
    "thp.enabled": "madvise",
    "sysctl.vm.swappiness": "10",
    "irq.hailo": "not-applicable",
    "sched.latency_ns": "1000000",
  },
  latency: { "thp.enabled": "never", "sysctl.vm.swappiness": "10", "irq.hailo": "not-applicable", "sched.latency_ns": "900000" },
};
const options = { title: "Tuning", directory: "results/report-tuning" };

function withTuning(data: SessionData, tuning: Readonly<Record<string, Tuning>>): SessionData {
  const environments = data.environments.map((environment) => {
    const facts = Object.fromEntries(
      Object.entries(tuning[environment.host] ?? {}).map(([knob, value]) => [`tuning.${knob}`, value]),
    );
    return {
      ...environment,
      facts: { ...environment.facts, ...facts },
      fingerprint: [...environment.fingerprint, ...Object.keys(facts)],
    };
  });
  return { ...data, environments };
}

function tuned(...hosts: readonly string[]): SessionData {
  const variants = Object.fromEntries(hosts.map((host) => [`${host}/docker`, 1]));
  return withTuning(syntheticSession({ variants }), TUNING);
}

function viewed(data: SessionData) {
  const [view] = viewOf([data], options).sessions;
  assert.ok(view !== undefined);
  return view;
}

const marked = (text: string) => ({ text, note: "fingerprint" });

describe("a session on tuned hosts", () => {
  it("shows every knob in which they differ, one host beside the other, as part of what a result depends on", () => {
    const table = environmentTable(viewed(tuned("stock", "serving", "latency")));
    assert.equal(table?.caption, "4 facts on which the hosts differ");
    assert.deepEqual(
      table?.columns.map(({ title }) => title),
      ["Fact", "latency", "serving", "stock"],
    );
    assert.deepEqual(table?.rows, [
      [marked("tuning.irq.hailo"), "not-applicable", "not-applicable", "–"],
      [marked("tuning.sched.latency_ns"), "900000", "1000000", "–"],
      [marked("tuning.sysctl.vm.swappiness"), "10", "10", "–"],
      [marked("tuning.thp.enabled"), "never", "madvise", "–"],
    ]);
  });

  it("leaves out of the differences what all of them have alike, and keeps it among all facts", () => {
    const view = viewed(tuned("serving", "latency"));
    const facts = environmentTable(view)?.rows.map(([fact]) => fact);
    assert.deepEqual(facts, [marked("tuning.sched.latency_ns"), marked("tuning.thp.enabled")]);
    const swappiness = fullEnvironmentTable(view)?.rows.find(([fact]) => fact === "tuning.sysctl.vm.swappiness");
    assert.deepEqual(swappiness, ["tuning.sysctl.vm.swappiness", "10", "10"]);
  });

  it("shows them on the page and in Markdown, below the heading of what differs", () => {
    const data = tuned("stock", "serving");
    const page = renderHtml([data], options);
    const environment = page.slice(page.indexOf("<h3>What differs between the hosts</h3>"), page.indexOf("<h3>Figures</h3>"));
    assert.match(
      environment,
      /<th scope="row">tuning\.thp\.enabled <span class="note">\(fingerprint\)<\/span><\/th><td>madvise<\/td><td>–<\/td>/,
    );
    assert.match(
      renderMarkdown([data], options),
      /### What differs between the hosts[^#]*\| tuning\.thp\.enabled \(fingerprint\) \| madvise \| – \|/,
    );
  });

  it("is not called confounded: the machines are alike, and their tuning is what is compared", () => {
    const cpu = { serving: { "cpu.governor": "performance" }, stock: { "cpu.governor": "powersave" } };
    const data = withTuning(tuned("stock", "serving"), cpu);
    assert.equal(summarise(data).comparability.confounded, false);
    assert.doesNotMatch(renderHtml([data], options), /confounded/i);
  });

  it("is not compared with a session from before the tuning, or with another value, and both say of which knob", () => {
    const variants = { "serving/docker": 1 };
    const [untuned, first] = [before({ variants }), withTuning(before({ variants }), { serving: { "thp.enabled": "madvise" } })];
    const second = withTuning(now({ variants }), { serving: { "thp.enabled": "never" } });
    for (const [earlier, value] of [
      [untuned, undefined],
      [first, "madvise"],
    ] as const) {
      const { comparable, differences, rows } = compareSessions(earlier, second);
      assert.equal(comparable, false);
      assert.deepEqual(
        differences.map(({ where, fact, baseline, current }) => [where, fact, baseline, current]),
        [["serving", "tuning.thp.enabled", value, "never"]],
      );
      assert.ok(rows.length > 0 && rows.every(({ word }) => word === "no verdict"));
    }
  });
});
