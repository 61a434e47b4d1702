import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { command } from "../../../benchmarks/command/index.ts";
import type { Drift, SessionData } from "../../../benchmarks/results/schema.ts";
import type { BenchmarkInputs } from "../../../benchmarks/schema.ts";
import { driftsOf, type KnobDrift } from "../../../benchmarks/session/drift.ts";
import { measure, type Participant } from "../../../benchmarks/session/index.ts";
import { findEarlier, resumedSession } from "../../../benchmarks/session/resume.ts";
import { summarise } from "../../../benchmarks/statistics/index.ts";
import { UserError } from "../../../hosts/index.ts";
import { syntheticSession } from "../../report/synthetic-session.ts";
import { writeSession } from "../../report/write-session.ts";
import { fakeSession } from "./fake-session.ts";

const parent = mkdtempSync(join(tmpdir(), "distrobench-drift-"));
after(() => rmSync(parent, { recursive: true }));

const swappiness: KnobDrift = { knob: "sysctl.vm.swappiness", expected: "10", found: "77" };
const pages: KnobDrift = { knob: "thp.enabled", expected: "madvise", found: "always" };

/** Hosts that answer with what has changed there; it counts how often each was asked. */
function hosts(drifts: Readonly<Record<string, readonly KnobDrift[]>>) {
  const asked: string[] = [];
  const participant = (host: string, found: readonly KnobDrift[]) => ({
    drifts: async () => {
      asked.push(host);
      return found;
    },
  });
  return { asked, all: new Map(Object.entries(drifts).map(([host, found]) => [host, participant(host, found)])) };
}

const inputs: BenchmarkInputs = {
  ...{ name: "cold-start", test: "command", stack: "lab", parameters: {}, baseline: "box", connections: {}, instrument: "i" },
  variants: [{ id: "box", host: "box", machine: "here", environment: "e", labels: {} }],
  design: { blocks: 1, seed: 1, tolerance: 0.1, aaPair: true, noisyHost: true },
};

async function start(root: string, participants: ReadonlyMap<string, unknown>): Promise<unknown> {
  const session = measure({
    ...{ inputs, benchmark: command, root, signal: new AbortController().signal },
    participants: participants as ReadonlyMap<string, Participant>,
    ...{ progress: () => undefined, warn: () => undefined },
  });
  return await session.then(
    () => assert.fail("it was measured"),
    (reason: unknown) => reason,
  );
}

describe("a session on a host whose tuning has changed", () => {
  it("does not start, and says which knob of which host, what was expected, what was found, and what to do", async () => {
    const error = await start(parent, hosts({ box: [swappiness], other: [pages] }).all);
    assert.ok(error instanceof UserError);
    assert.match(error.message, /^cold-start was not measured/);
    assert.match(error.message, /^ {2}box: sysctl\.vm\.swappiness: expected 10, found 77$/m);
    assert.match(error.message, /^ {2}other: thp\.enabled: expected madvise, found always$/m);
    assert.match(error.remedy ?? "", /\.\/distrobench up lab sets it again and then measures/);
  });

  it("leaves no trace in the results, so that an interrupted session before it can still be gone on with", async () => {
    const root = mkdtempSync(join(parent, "root-"));
    await start(root, hosts({ box: [swappiness] }).all);
    assert.equal(existsSync(join(root, "results")), false);
  });

  it("asks every tuned host once, and no other", async () => {
    const { all, asked } = hosts({ box: [swappiness], other: [] });
    const found = await driftsOf(new Map<string, { drifts?(): Promise<readonly KnobDrift[]> }>([...all, ["untuned", {}]]));
    assert.deepEqual(found, [{ host: "box", ...swappiness }]);
    assert.deepEqual(asked, ["box", "other"]);
  });
});

describe("a session whose host's tuning changes meanwhile", () => {
  const drifts: readonly Drift[] = [{ host: "two", ...swappiness }];

  it("is invalid with the knob named, and keeps every sample", async () => {
    const calm = await fakeSession({ blocks: 6 });
    const { data, lines, error } = await fakeSession({ blocks: 6, drifts: async () => drifts });
    assert.equal(error, undefined);
    assert.equal(data.session.outcome, "complete");
    assert.deepEqual(data.samples, calm.data.samples);
    assert.deepEqual(data.session.drifts, drifts);
    const { state } = summarise(data);
    const detail = "two: sysctl.vm.swappiness: expected 10, found 77, when the session ended";
    assert.deepEqual(state, { status: "invalid", reasons: [{ rule: "tuning-drift", detail }] });
    assert.ok(
      lines.some((line) => /^two: sysctl\.vm\.swappiness: expected 10, found 77, .*: the session is invalid$/.test(line)),
    );
    assert.deepEqual(summarise(calm.data).state, { status: "valid" });
  });

  it("is looked at once, after the last sample", async () => {
    const order: string[] = [];
    await fakeSession({
      blocks: 2,
      onRequest: (action) => order.push(action),
      drifts: async () => {
        order.push("drifts");
        return [];
      },
    });
    assert.equal(order.indexOf("drifts"), order.length - 1);
  });

  it("is not looked at when it was stopped: nothing may run on a host two seconds after ^C", async () => {
    const stop = new AbortController();
    const { data } = await fakeSession({
      signal: stop.signal,
      measure: (_variant, number) => {
        if (number === 5) stop.abort(new Error("stopped on request"));
        return 1;
      },
      drifts: () => assert.fail("it was looked at"),
    });
    assert.equal(data.session.outcome, "interrupted");
  });

  it("can be gone on with when its end can't be told, and is whole then", async () => {
    const directory = join(parent, "untold");
    const lost = await fakeSession({ directory, drifts: () => Promise.reject(new UserError("two: the connection was lost")) });
    assert.equal(lost.data.session.outcome, "failed");
    const again = await fakeSession({ directory });
    assert.equal(again.data.session.outcome, "complete");
    const measured = ({ samples }: SessionData) => samples.filter(({ role }) => role === "measured");
    assert.deepEqual(measured(again.data), measured(lost.data));
  });
});

describe("an interrupted session", () => {
  function stored(at: string, bootId: string): SessionData {
    return syntheticSession({ session: { outcome: "interrupted", tunings: { "debian-13": { at, bootId } } } });
  }

  function found(before: SessionData, now: SessionData) {
    const root = mkdtempSync(join(parent, "resumed-"));
    const id = `20260101T000000Z-${before.session.stack}-${before.session.benchmark}`;
    writeSession(root, { ...before, session: { ...before.session, id } });
    return findEarlier(join(root, "results"), now.session, now.environments, () => undefined);
  }

  it("goes on while nobody has written the tuning again", () => {
    assert.equal(found(stored("10:00", "one"), stored("10:00", "one")).kind, "resumable");
  });

  it("does not go on after its tuning was repaired: what was measured before may have been under other values", () => {
    const earlier = found(stored("10:00", "one"), stored("11:00", "one"));
    assert.ok(earlier.kind === "changed");
    assert.match(
      earlier.changes.join("\n"),
      /^debian-13: its tuning, of 10:00, was written again at 11:00: earlier samples may/m,
    );
  });

  it("goes on after a restart of the host, which is why its tuning was written again, and from then on has that one", () => {
    const restarted = stored("11:00", "two");
    const earlier = found(stored("10:00", "one"), restarted);
    assert.ok(earlier.kind === "resumable");
    const session = resumedSession(earlier.data, new Date(0), restarted.session.tunings);
    assert.deepEqual(session.tunings, restarted.session.tunings);
  });
});
