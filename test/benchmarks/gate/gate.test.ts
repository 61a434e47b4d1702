import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { aaObservations, chooseBaseline, namedBaseline, worstOf } from "../../../benchmarks/gate/index.ts";
import type { MetricDefinition, SessionData } from "../../../benchmarks/index.ts";
import { summarise } from "../../../benchmarks/statistics/index.ts";
import { against, before, judged, now, times } from "./sessions.ts";

const mirrored = (data: SessionData): SessionData => {
  const metrics = data.session.metrics.map((metric): MetricDefinition => ({ ...metric, better: "higher", unit: "1/s" }));
  return { ...data, session: { ...data.session, metrics } };
};
const base = before({ variants: times() });
const same = now({ variants: times() });
const slower = now({ variants: times({ "debian-13/podman": 1.14 * 1.3 }) });
const verdicts = (result: ReturnType<typeof judged>) => Object.fromEntries(result.rows.map((row) => [row.variant, row.verdict]));

describe("the gate", () => {
  it("passes what is not worse than the tolerance", () => {
    const result = judged(same, against(base));
    assert.deepEqual([result.verdict, result.exitCode, result.reasons, result.differences], ["PASS", 0, [], []]);
    assert.equal(result.rows.length, 3);
    assert.ok(result.rows.every(({ armed, design }) => armed && design === "unpaired"));
  });
  it("fails what is worse by more than the tolerance, naming the variant alone", () => {
    const result = judged(slower, against(base));
    assert.deepEqual([result.verdict, result.exitCode], ["FAIL", 1]);
    assert.deepEqual(verdicts(result), {
      "debian-13/docker": "PASS",
      "debian-13/podman": "FAIL",
      "debian-testing/docker": "PASS",
    });
    assert.match(
      result.rows[1]?.sentence ?? "",
      /^debian-13\/podman: start to first 200 \+\d+(\.\d)? % .*: more than 10 % slower\.$/,
    );
  });
  it("cannot tell where the interval reaches across the tolerance, and says how many blocks would", () => {
    const near = now({ variants: times({ "debian-13/podman": 1.14 * 1.095 }) });
    const result = judged(near, against(base));
    assert.deepEqual([result.verdict, result.exitCode], ["INCONCLUSIVE", 2]);
    assert.ok(typeof result.blocksNeeded === "number" && result.blocksNeeded > 10, String(result.blocksNeeded));
    assert.match(
      result.rows[1]?.sentence ?? "",
      /cannot tell whether it is more than 10 % slower\. About \d+ blocks per session would decide\.$/,
    );
  });
  it("cannot tell below six blocks, whatever the difference", () => {
    const result = judged(now({ variants: times({ "debian-13/podman": 3 }), blocks: 5 }), against(base), {
      history: quietHistory(),
    });
    assert.equal(result.verdict, "INCONCLUSIVE");
    assert.match(result.rows[1]?.sentence ?? "", /5 and 10 samples, and a 95 % interval needs 6\.$/);
  });
  it("says nothing about the blocks it would take from a handful of samples", () => {
    for (const blocks of [2, 5]) {
      const result = judged(now({ variants: times(), blocks }), against(base), { history: quietHistory() });
      assert.deepEqual([result.verdict, result.blocksNeeded], ["INCONCLUSIVE", undefined]);
      assert.ok(result.rows.every(({ blocksNeeded }) => blocksNeeded === undefined));
    }
  });
  it("passes an improvement of any size in regression mode, and fails it in reproduction mode", () => {
    const faster = now({ variants: times({ "debian-13/podman": 0.7 }) });
    assert.equal(judged(faster, against(base)).verdict, "PASS");
    assert.equal(judged(faster, against(base), { mode: "reproduction" }).verdict, "FAIL");
    assert.equal(judged(same, against(base), { mode: "reproduction" }).verdict, "PASS");
  });
  it("mirrors the direction where more is better", () => {
    assert.equal(judged(mirrored(slower), against(mirrored(base))).verdict, "PASS");
    const less = now({ variants: times({ "debian-13/podman": 0.8 }) });
    const result = judged(mirrored(less), against(mirrored(base)));
    assert.equal(result.verdict, "FAIL");
    assert.match(result.rows[1]?.sentence ?? "", /more than 10 % slower/);
  });
  it("takes another tolerance than the session's own", () =>
    assert.equal(judged(slower, against(base), { tolerance: 0.5 }).verdict, "PASS"));
  it("judges the variants of one session block by block", () => {
    const result = judged(same, { kind: "variant", id: "debian-13/docker" });
    assert.deepEqual([result.verdict, result.design], ["FAIL", "paired"]);
    assert.deepEqual(verdicts(result), { "debian-13/podman": "FAIL", "debian-testing/docker": "PASS" });
  });
  it("gives the same result for the same sessions, and where the summary is known already", () => {
    assert.deepEqual(judged(slower, against(base)), judged(slower, against(base)));
    assert.deepEqual(judged(slower, against(base), { summary: summarise(slower) }), judged(slower, against(base)));
  });
  it("marks emulated results", () =>
    assert.equal(judged(now({ emulated: true }), against(before({ emulated: true }))).emulated, true));
  it("names what only the baseline measured, and has no baseline for what is new", () => {
    const more = judged(same, against(before({ variants: { "debian-13/docker": 1, "debian-13/runc": 1 } })));
    assert.equal(more.verdict, "NO-BASELINE");
    assert.match(more.reasons[0]?.detail ?? "", /debian-13\/runc is in the baseline and was not measured this time/);
  });
});

describe("the gate is invalid", () => {
  it("where a fact of the fingerprint differs, naming it with both values", () => {
    const result = judged(now({ facts: { "kernel.release": "6.18" }, variants: times() }), against(base));
    assert.deepEqual([result.verdict, result.exitCode], ["INVALID", 3]);
    assert.ok(result.rows.every(({ verdict, ratio }) => verdict === "INVALID" && ratio !== undefined));
    assert.deepEqual(
      result.differences.map(({ where, fact, baseline, current }) => [where, fact, baseline, current]),
      [
        ["debian-13", "kernel.release", "6.12.57-amd64", "6.18"],
        ["debian-testing", "kernel.release", "6.17.8-amd64", "6.18"],
      ],
    );
    assert.match(result.reasons[0]?.detail ?? "", /debian-13: kernel\.release was 6\.12\.57-amd64 in the baseline and is 6\.18/);
  });
  it("unless the fact was named as the change under test", () => {
    const changed = now({ facts: { "kernel.release": "6.18" }, variants: times() });
    const result = judged(changed, against(base), { expected: ["kernel"] });
    assert.equal(result.verdict, "PASS");
    assert.ok(result.differences.every(({ expected }) => expected));
    assert.equal(judged(changed, against(base), { expected: ["kern"] }).verdict, "INVALID");
  });
  it("where the parameters, the instrument or a metric's meaning differ", () => {
    const other = now({ session: { parameters: { port: 80 }, instrument: "another" }, variants: times() });
    const facts = judged(other, against(base)).differences.map(({ where, fact }) => `${where} ${fact}`);
    assert.deepEqual(facts, ["session instrument", "session parameters.port"]);
    assert.deepEqual(
      judged(mirrored(same), against(base)).differences.map(({ fact }) => fact),
      ["metric.total"],
    );
  });
  it("not for a machine's own name on the kernel command line, nor for some pages of memory", () => {
    const facts = (id: string, memoryBytes: string, rest = "quiet") => ({
      commandLine: `root=UUID=${id} ro systemd.machine_id=${id} ${rest}`,
      memoryBytes,
    });
    const first = against(before({ facts: facts("a", "2069037056"), variants: times() }));
    assert.equal(judged(now({ facts: facts("b", "2069000000"), variants: times() }), first).verdict, "PASS");
    assert.equal(judged(now({ facts: facts("b", "1069000000"), variants: times() }), first).verdict, "INVALID");
    assert.equal(judged(now({ facts: facts("b", "2069037056", "nosmt"), variants: times() }), first).verdict, "INVALID");
  });
  it("where the session was interrupted", () => {
    const result = judged(now({ session: { outcome: "interrupted" }, variants: times() }), against(base));
    assert.equal(result.verdict, "INVALID");
    assert.match(result.reasons[0]?.detail ?? "", /interrupted/);
  });
  it("where the baseline differs from itself", () => {
    const samples = same.samples.map((sample) =>
      sample.variant.endsWith("#2") ? { ...sample, values: { total: (sample.values.total ?? 0) * 1.2 } } : sample,
    );
    const result = judged({ ...same, samples }, against(base));
    assert.equal(result.verdict, "INVALID");
    assert.match(result.reasons[0]?.detail ?? "", /differs from itself/);
  });
  it("where more than a third of a variant's samples is, however good the others look", () => {
    const reasons = [{ rule: "steal", detail: "the hypervisor took 3 % of the CPU time" }];
    const samples = same.samples.map((sample) =>
      sample.variant === "debian-13/podman" && sample.role === "measured" && sample.block < 4
        ? { ...sample, validity: { status: "invalid" as const, reasons } }
        : sample,
    );
    const result = judged({ ...same, samples }, against(base));
    assert.deepEqual([result.verdict, result.reasons[0]?.rule], ["INVALID", "many-invalid"]);
    assert.ok(result.rows.every(({ verdict }) => verdict === "INVALID"));
  });
  it("where the baseline differs from itself by more than half the tolerance that is asked, in either session", () => {
    const moved = (data: SessionData): SessionData => ({
      ...data,
      samples: data.samples.map((sample) =>
        sample.variant.endsWith("#2") ? { ...sample, values: { total: (sample.values.total ?? 0) * 1.045 } } : sample,
      ),
    });
    assert.equal(judged(moved(same), against(base)).verdict, "PASS");
    const strict = judged(moved(same), against(base), { tolerance: 0.05, summary: summarise(moved(same)) });
    assert.equal(strict.verdict, "INVALID");
    assert.match(strict.reasons[0]?.detail ?? "", /differs from itself by more than 2\.5 %/);
    assert.equal(namedBaseline(moved(base)).kind, "session");
    assert.equal(namedBaseline(moved(base), 0.05).kind, "none");
    assert.equal(chooseBaseline(same, [moved(base)], [], 0.05).kind, "none");
  });
  it("where the control computation runs at another speed", () => {
    const quick = against(before({ control: 0.2, variants: times() }));
    assert.equal(judged(now({ control: 0.201, variants: times() }), quick).verdict, "PASS");
    const result = judged(now({ control: 0.22, variants: times() }), quick);
    assert.equal(result.verdict, "INVALID");
    assert.match(result.reasons[0]?.detail ?? "", /debian-13 runs the control computation 9\.1 % slower than in the baseline/);
  });
  it("where hosts of other hardware are compared in one session", () => {
    const environments = same.environments.map((environment) =>
      environment.host === "debian-13"
        ? environment
        : { ...environment, facts: { ...environment.facts, "cpu.model": "Another" } },
    );
    const result = judged({ ...same, environments }, { kind: "variant", id: "debian-13/docker" });
    assert.equal(result.verdict, "INVALID");
    assert.match(result.reasons[0]?.detail ?? "", /cpu\.model/);
  });
});

/** Eleven earlier sessions whose A/A pairs differ by little. */
function quietHistory(noise = 0.01) {
  return Array.from({ length: 11 }, (_, i) => before({ seed: 100 + i, noise, session: { id: `h${i}` } })).flatMap(aaObservations);
}

describe("the noise floor", () => {
  const noisy = now({ noise: 0.12, variants: times({ "debian-13/podman": 3 }) });
  it("takes the gate off where it is above half the tolerance: advice only, never silently green", () => {
    const result = judged(noisy, against(base));
    assert.ok(result.rows.every(({ armed, floor }) => !armed && (floor?.value ?? 0) > 0.05));
    assert.equal(result.verdict, "INCONCLUSIVE");
    assert.equal(result.rows[1]?.verdict, "FAIL");
    assert.match(result.reasons[0]?.detail ?? "", /no estimate is armed/);
  });
  it("comes from the history of the same class of host once there are ten sessions", () => {
    const result = judged(noisy, against(base), { history: quietHistory() });
    assert.equal(result.rows[0]?.floor?.source, "history");
    assert.equal(result.rows[0]?.floor?.sessions, 11);
    assert.ok(result.rows[0]?.armed);
    assert.equal(judged(noisy, against(base), { history: quietHistory().slice(0, 9) }).rows[0]?.floor?.source, "session");
    const elsewhere = quietHistory().map((observation) => ({ ...observation, hostClass: "another" }));
    assert.equal(judged(noisy, against(base), { history: elsewhere }).rows[0]?.floor?.source, "session");
  });
  it("rests on the last twenty sessions and no older one", () => {
    const day = (i: number) => new Date(Date.UTC(2025, 0, 1 + i)).toISOString();
    const from = (noise: number, first: number, count: number) =>
      Array.from({ length: count }, (_, i) =>
        before({ seed: 200 + first + i, noise, session: { id: `h${first + i}`, startedAt: day(first + i) } }),
      ).flatMap(aaObservations);
    const [loud, quiet] = [from(0.3, 0, 15), from(0.01, 15, 20)];
    const floor = judged(same, against(base), { history: [...loud, ...quiet] }).rows[0]?.floor;
    assert.deepEqual(floor, judged(same, against(base), { history: quiet }).rows[0]?.floor);
    assert.equal(floor?.sessions, 20);
    const older = judged(same, against(base), { history: [...loud, ...quiet.slice(3)] }).rows[0]?.floor;
    assert.ok((older?.value ?? 0) > 2 * (floor?.value ?? 1), `${older?.value} and ${floor?.value}`);
  });
  it("of one command is not that of another, of other parameters, or of another stack", () => {
    const command = (benchmark: string, parameters: Record<string, unknown> = { command: benchmark }, stack = "mine") => ({
      session: { stack, test: "command", benchmark, parameters },
    });
    const history = (given: ReturnType<typeof command>, noise: number) =>
      Array.from({ length: 11 }, (_, i) =>
        before({ ...given, seed: 300 + i, noise, session: { ...given.session, id: `c${i}` } }),
      ).flatMap(aaObservations);
    const [build, sort] = [command("build"), command("sort")];
    const all = [
      ...history(build, 0.3),
      ...history(sort, 0.01),
      ...history(command("sort", { command: "sort", threads: 4 }), 0.3),
      ...history(command("sort", { command: "sort" }, "other"), 0.3),
    ];
    const floorOf = (given: ReturnType<typeof command>) =>
      judged(now({ ...given, variants: times() }), against(before({ ...given, variants: times() })), { history: all }).rows[0];
    assert.deepEqual([floorOf(sort)?.floor?.sessions, floorOf(build)?.floor?.sessions], [11, 11]);
    assert.deepEqual([floorOf(sort)?.armed, floorOf(build)?.armed], [true, false]);
  });
  it("is unknown without an A/A pair and without a history", () => {
    const result = judged(now({ aaPair: false, variants: times() }), against(base));
    assert.equal(result.rows[0]?.floor, undefined);
    assert.equal(result.verdict, "INCONCLUSIVE");
  });
  it("learns nothing from noisyHost sessions, and those are never more than advice", () => {
    const design = { ...same.session.design, noisyHost: true };
    const data = { ...same, session: { ...same.session, design } };
    assert.deepEqual(aaObservations(data), []);
    const result = judged(data, against(base));
    assert.deepEqual([result.verdict, result.rows[0]?.armed], ["INCONCLUSIVE", false]);
  });
});

describe("the baseline", () => {
  const chosen = (earlier: readonly SessionData[], expected: readonly string[] = []) => chooseBaseline(same, earlier, expected);
  const noisyHost = { ...base, session: { ...base.session, design: { ...base.session.design, noisyHost: true } } };
  it("is the newest valid session of the same fingerprint", () => {
    const otherKernel = before({ facts: { "kernel.release": "6.18" } });
    const broken = before({ session: { outcome: "failed" } });
    const choice = chosen([broken, noisyHost, otherKernel, base]);
    assert.ok(choice.kind === "session" && choice.data === base);
    const allowed = chosen([otherKernel, base], ["kernel.release"]);
    assert.ok(allowed.kind === "session" && allowed.data === otherKernel);
  });
  it("is none where there is none, and the verdict says so", () => {
    const result = judged(same, chosen([]));
    assert.deepEqual([result.verdict, result.exitCode], ["NO-BASELINE", 4]);
    assert.match(result.reasons[0]?.detail ?? "", /no earlier complete and valid session of synthetic\/cold-start/);
  });
  it("is none where only another fingerprint was measured, naming the differences of the newest", () => {
    const result = judged(same, chosen([before({ facts: { "kernel.release": "6.18" } })]));
    assert.equal(result.verdict, "NO-BASELINE");
    assert.equal(result.differences.length, 2);
  });
  it("is never a noisyHost session, even if it is named", () => {
    const result = judged(same, namedBaseline(noisyHost));
    assert.equal(result.verdict, "NO-BASELINE");
    assert.match(result.reasons[0]?.detail ?? "", /never a baseline/);
  });
});

describe("several sessions", () => {
  it("end with what blocks first", () => {
    const of = (...all: readonly ("PASS" | "FAIL" | "INVALID" | "INCONCLUSIVE")[]) =>
      worstOf(all.map((verdict) => ({ verdict })));
    assert.deepEqual(
      [of(), of("PASS", "INCONCLUSIVE"), of("INCONCLUSIVE", "INVALID"), of("INVALID", "FAIL", "PASS")],
      ["PASS", "INCONCLUSIVE", "INVALID", "FAIL"],
    );
  });
});
