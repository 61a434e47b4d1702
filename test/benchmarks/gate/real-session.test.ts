import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { aaObservations, chooseBaseline, namedBaseline } from "../../../benchmarks/gate/index.ts";
import { readSession, type SessionData } from "../../../benchmarks/index.ts";
import { before, judged } from "./sessions.ts";

/** Measured on two emulated machines: six blocks, four variants, very noisy. */
const real = readSession(join(import.meta.dirname, "../../golden/gate/session"));

/** The same session as if it had been measured later, all times multiplied. */
function later(factor: number, change: Partial<SessionData> = {}): SessionData {
  const samples = real.samples.map((sample) => {
    const total = sample.values.total;
    return total === undefined ? sample : { ...sample, values: { ...sample.values, total: factor * total } };
  });
  return { ...real, samples, session: { ...real.session, id: "later", startedAt: "2027-01-01T00:00:00.000Z" }, ...change };
}

/** As a host of this class would look after eleven quiet sessions. */
const history = Array.from({ length: 11 }, (_, i) => before({ seed: i, session: { id: `h${i}` } }))
  .flatMap(aaObservations)
  .flatMap((observation) =>
    aaObservations(real)
      .slice(0, 1)
      .map(({ series, metric, hostClass }) => ({ ...observation, series, metric, hostClass })),
  );
const hostsOf = (host: string) => real.environments.find((environment) => environment.host === host);

describe("a session measured on lab machines, judged against itself with its times multiplied", () => {
  it("is PASS with a fifth of the time, once its hosts are known to be quiet", () => {
    const faster = later(0.2);
    const all = judged(faster, namedBaseline(real), { history });
    assert.deepEqual(
      all.rows.map(({ variant, armed, verdict }) => [variant, armed, verdict]),
      [
        ["debian-13/docker", true, "PASS"],
        ["debian-13/podman", true, "PASS"],
        // Five samples were valid.
        ["debian-testing/docker", true, "INCONCLUSIVE"],
        ["debian-testing/podman", true, "PASS"],
      ],
    );
    const variants = faster.session.variants.filter(({ id }) => id !== "debian-testing/docker");
    const result = judged({ ...faster, session: { ...faster.session, variants } }, namedBaseline(real), { history });
    assert.deepEqual([result.verdict, result.exitCode, result.emulated], ["PASS", 0, true]);
  });
  it("is FAIL with eight times the time", () => {
    const result = judged(later(8), namedBaseline(real), { history });
    assert.equal(result.verdict, "FAIL");
    assert.equal(result.rows[0]?.verdict, "FAIL");
  });
  it("is INCONCLUSIVE as it is, and off by its own noise floor of 72 %", () => {
    const result = judged(later(1), namedBaseline(real));
    assert.deepEqual([result.verdict, result.rows.some(({ armed }) => armed)], ["INCONCLUSIVE", false]);
    assert.equal(result.rows[0]?.floor?.value.toFixed(2), "0.72");
    assert.equal(result.rows[0]?.ratio, 1);
    assert.ok(result.blocksNeeded !== undefined);
  });
  it("is INVALID on another kernel, and not for another machine id or another boot", () => {
    const environment = hostsOf("debian-13");
    assert.ok(environment);
    const on = (facts: Readonly<Record<string, string>>) =>
      real.environments.map((own) => (own === environment ? { ...own, facts: { ...own.facts, ...facts } } : own));
    const kernel = judged(later(1, { environments: on({ kernel: "7.0" }) }), namedBaseline(real));
    assert.equal(kernel.verdict, "INVALID");
    assert.deepEqual(
      kernel.differences.map(({ where, fact }) => [where, fact]),
      [["debian-13", "kernel"]],
    );
    const commandLine = (environment.facts.commandLine ?? "").replace(/machine_id=\w+/, "machine_id=0");
    assert.notEqual(commandLine, environment.facts.commandLine);
    assert.deepEqual(judged(later(1, { environments: on({ commandLine }) }), namedBaseline(real)).differences, []);
  });
  it("has NO-BASELINE before it", () => {
    assert.equal(judged(real, chooseBaseline(real, [])).verdict, "NO-BASELINE");
    const choice = chooseBaseline(later(1), [real]);
    assert.ok(choice.kind === "session" && choice.data === real);
  });
});
