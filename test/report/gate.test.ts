import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseHTML } from "linkedom";
import { compareSessions, compareVariants, type GateResult } from "../../benchmarks/gate/index.ts";
import {
  renderComparisonJson,
  renderComparisonTerminal,
  renderGateJson,
  renderGateJunit,
  renderGateMarkdown,
  renderGateTerminal,
} from "../../report/index.ts";
import { EMULATED } from "../../report/view.ts";
import { against, before, judged, now, times } from "../benchmarks/gate/sessions.ts";
import { golden } from "../golden.ts";

const base = before({ variants: times() });
const mixed = () =>
  judged(now({ variants: times({ "debian-13/podman": 1.14 * 1.3, "debian-testing/docker": 1.085 }) }), against(base));
const invalid = () => judged(now({ facts: { "kernel.release": "6.18|<b>" }, variants: times(), emulated: true }), against(base));
const none = () =>
  judged(now({ variants: times() }), {
    kind: "none",
    reason: { rule: "no-baseline", detail: "there is none" },
    differences: [],
  });
const all = (): readonly GateResult[] => [mixed(), invalid(), none()];

describe("a gate result", () => {
  it("is a table with sentences for a terminal", () =>
    golden(
      "gate/terminal.txt",
      all()
        .map((result) => renderGateTerminal(result))
        .join("\n"),
    ));
  it("is a comment for a pull request", () => golden("gate/comment.md", renderGateMarkdown(all())));
  it("is JUnit XML, in which what nobody can tell is not green", () => {
    const text = renderGateJunit(all());
    golden("gate/junit.xml", text);
    const { document } = parseHTML(text.replace(/^<\?xml.*\n/, ""));
    assert.deepEqual(
      ["testsuite", "testcase", "failure", "error", "skipped"].map((name) => document.querySelectorAll(name).length),
      [3, 9, 1, 1, 5],
    );
  });
  it("keeps what no XML may hold out of it", () => {
    const odd = { ...none(), reasons: [{ rule: "odd", detail: 'a\u0000\u001b"<&>\ud800' }] };
    assert.match(renderGateJunit([odd]), /message="NO-BASELINE: a\ufffd\ufffd&quot;&lt;&amp;&gt;\ufffd"/);
  });
  it("is data, with infinite values as text", () => {
    const data = JSON.parse(renderGateJson("FAIL", 1, all()));
    assert.deepEqual([data.version, data.verdict, data.exitCode, data.sessions.length], [1, "FAIL", 1, 3]);
    assert.equal(data.sessions[1].notice, EMULATED);
    assert.equal(data.sessions[0].rows[1].verdict, "FAIL");
  });
  it("says emulated wherever it is shown", () => {
    for (const text of [renderGateTerminal(invalid()), renderGateMarkdown([invalid()])]) assert.ok(text.includes(EMULATED));
    assert.ok(renderGateJunit([invalid()]).includes('name="emulated" value="true"'));
  });
  it("fits into a terminal of 80 columns without losing variant, ratio or verdict", () => {
    for (const result of [mixed(), none()]) {
      const lines = renderGateTerminal(result, { width: 80 }).split("\n");
      assert.deepEqual(
        lines.filter((line) => line.length > 80),
        [],
      );
    }
    const header = renderGateTerminal(mixed(), { width: 80 })
      .split("\n")
      .find((line) => line.startsWith("variant"));
    for (const title of ["variant", "metric", "ratio", "verdict"]) assert.ok(header?.includes(title), header);
    assert.equal(renderGateTerminal(mixed(), { width: 200 }), renderGateTerminal(mixed()));
  });
  it("paints the verdict only on request", () => {
    assert.ok(!renderGateTerminal(mixed()).includes("\u001b"));
    assert.ok(renderGateTerminal(mixed(), { colour: true }).includes("\u001b[31mFAIL"));
  });
});

describe("a comparison", () => {
  const two = () => compareSessions(base, now({ variants: times({ "debian-13/podman": 1.3 }) }));
  it("of two sessions is shown variant by variant", () => golden("gate/compare-sessions.txt", renderComparisonTerminal(two())));
  it("of two variants is shown block by block", () =>
    golden("gate/compare-variants.txt", renderComparisonTerminal(compareVariants(base, "debian-13/docker", "debian-13/podman"))));
  it("fits into a terminal of 80 columns", () => {
    const lines = renderComparisonTerminal(two(), { width: 80 }).split("\n");
    assert.ok(lines.some((line) => line.startsWith("metric") && line.endsWith("verdict")));
    assert.deepEqual(
      lines.filter((line) => line.length > 80),
      [],
    );
  });
  it("gives figures without a verdict where the environments differ, naming the facts", () => {
    const result = compareSessions(base, now({ facts: { "kernel.release": "6.18" }, variants: times() }));
    assert.equal(result.comparable, false);
    assert.ok(result.rows.every(({ word, interval }) => word === "no verdict" && interval !== undefined));
    assert.match(renderComparisonTerminal(result), /debian-13 +kernel\.release +6\.12\.57-amd64 +6\.18/);
  });
  it("gives none where a session was interrupted", () => {
    const result = compareSessions(base, now({ session: { outcome: "interrupted" }, variants: times() }));
    assert.match(renderComparisonTerminal(result), /interrupted[\s\S]*not comparable: figures only/);
  });
  it("says confounded where the hardware of two variants differs", () => {
    const environments = base.environments.map((environment) => ({
      ...environment,
      facts: { ...environment.facts, "cpu.model": environment.host },
    }));
    const result = compareVariants({ ...base, environments }, "debian-13/docker", "debian-testing/docker");
    assert.match(renderComparisonTerminal(result), /confounded: the hosts' hardware differs/);
  });
  it("is data", () => assert.equal(JSON.parse(renderComparisonJson([two()])).comparisons[0].rows[1].word, "slower"));
});
