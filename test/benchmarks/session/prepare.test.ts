import assert from "node:assert/strict";
import { test } from "node:test";
import type { Sample } from "../../../benchmarks/results/schema.ts";
import type { SessionWriter } from "../../../benchmarks/results/writer.ts";
import type { SessionPlace } from "../../../benchmarks/session/place.ts";
import type { SessionVariant } from "../../../benchmarks/session/plan.ts";
import { prepareHost } from "../../../benchmarks/session/prepare.ts";

const variants: readonly SessionVariant[] = (["docker", "docker", "podman"] as const).map((engine, index) => ({
  ...{ id: `h/${index}`, host: "h", machine: "h", environment: "e", labels: {} },
  engine,
}));

/** Prepares a host that exists only in memory: what it was asked, and the calibration samples. */
async function prepared(parameters: Readonly<Record<string, unknown>>, emulated = false) {
  const asked: (readonly [action: string, given: unknown])[] = [];
  const samples: Sample[] = [];
  const answers: Readonly<Record<string, (given: { readonly starter?: string }) => unknown>> = {
    "start-overheads": () => ({ alone: [{ start: 0.05, detection: 0.0005 }], polled: [] }),
    "client-spawns": ({ starter }) => [starter === "docker" ? 0.02 : 0.04],
  };
  const harness = {
    host: "h",
    request: async (action: string, given: never) => {
      asked.push([action, given]);
      return answers[action]?.(given);
    },
  };
  const place = { harness, calibrated: () => undefined } as unknown as SessionPlace;
  const found = {
    calibrated: { controlCount: 1000, controlSeconds: 0.2, swept: [] },
    rest: { pressure: 0, steal: 0, busy: 0, processes: [] },
  };
  const writer = { sample: (sample: Sample) => samples.push(sample) } as unknown as SessionWriter;
  const given = { emulated, noisyHost: false, benchmark: {}, parameters, variants, firstSequence: 4, writer, earlier: [] };
  await prepareHost(place, found, { ...given, now: () => new Date(0) });
  return { asked, samples };
}

test("what a spawn of an engine's client costs is measured once per engine and stored with each of its variants", async () => {
  const { asked, samples } = await prepared({});
  assert.deepEqual(
    asked.filter(([action]) => action === "client-spawns").map(([, given]) => given),
    [
      { starter: "docker", spawns: 50 },
      { starter: "podman", spawns: 50 },
    ],
  );
  assert.deepEqual(
    samples.map(({ sequence, variant, values }) => [sequence, variant, values.clientSpawn]),
    [
      [4, "h/0", 0.02],
      [5, "h/1", 0.02],
      [6, "h/2", 0.04],
    ],
  );
});

const starts: readonly (readonly [string, Readonly<Record<string, unknown>>, boolean, unknown])[] = [
  ["images are polled", { readiness: "polled" }, false, { alone: 5, polled: 5 }],
  ["images announce themselves", { readiness: "announced" }, false, { alone: 5, polled: 0 }],
  ["a test starts no server", {}, false, { alone: 5, polled: 0 }],
  ["the host is emulated", { readiness: "polled" }, true, { alone: 1, polled: 0 }],
];
for (const [when, parameters, emulated, expected] of starts)
  test(`the null responder is started ${JSON.stringify(expected)} times where ${when}`, async () => {
    const { asked } = await prepared(parameters, emulated);
    assert.deepEqual(asked.find(([action]) => action === "start-overheads")?.[1], expected);
  });
