import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { Place } from "../../benchmarks/define.ts";
import { edge } from "../../benchmarks/edge/index.ts";
import { networkMeasurement } from "../../benchmarks/edge/network.ts";
import { edgeNetwork } from "../../benchmarks/harness/edge/action.ts";
import type { FirstStart } from "../../benchmarks/harness/edge/board.ts";
import { deviceTraces, missingPart } from "../../benchmarks/harness/edge/device.ts";
import { failureCause } from "../../benchmarks/harness/edge/failure.ts";
import { CannotInfer, type Inferences, parseInferences } from "../../benchmarks/harness/edge/infer.ts";
import { type NetworkDevice, networkRun } from "../../benchmarks/harness/edge/network.ts";
import { sample } from "../golden.ts";

const variant = { id: "pi", host: "pi", machine: "pi", environment: "e", labels: {} };
const program = readFileSync(join(import.meta.dirname, "../../benchmarks/edge/infer.py"), "utf8");

describe("a network's order", () => {
  it("carries the program, the seconds of the test and the seed of the network", async () => {
    const asked: unknown[] = [];
    const harness = {
      request: async (action: string, order: unknown) => {
        asked.push(action, order);
        return { outcome: "skipped", cause: "no Hailo device" };
      },
    };
    const parameters = { seed: 7, seconds: 5, network: { hef: "/n.hef", seed: 3 } };
    const found = await edge.measure({ harness } as unknown as Place, variant, parameters);
    assert.deepEqual(found, { outcome: "skipped", cause: "no Hailo device" });
    assert.deepEqual(asked, [
      "edge-network",
      {
        ...{ hef: "/n.hef", python: "python3", warmups: 20, seed: 3, inferenceTimeoutSeconds: 10, crossCheck: true },
        ...{ warmupSeconds: 30, seconds: 5, coolDownSeconds: 300, program },
      },
    ]);
  });

  it("is skipped on a host that lacks a part, with the reason, before any Python is started", async (context) => {
    const cause = missingPart(await deviceTraces());
    if (cause !== undefined) {
      const order = { python: "no-such-python", program, hef: "/n.hef", seed: 1, warmups: 0, inferenceTimeoutSeconds: 1 };
      const timing = { warmupSeconds: 0, seconds: 1, coolDownSeconds: 0, crossCheck: false };
      return assert.deepEqual(await edgeNetwork({ ...order, ...timing }), { outcome: "skipped", cause });
    }
    context.skip("this host has a Hailo device");
  });
});

describe("what the program on the host printed", () => {
  const captured = sample("benchmarks/edge/inferences-by-stand-in.jsonl");

  it("is read with HailoRT's own lines between", () => {
    const { library, configuration, origin, warmups, runs } = parseInferences(captured, "python3");
    assert.deepEqual([library, warmups.length, runs.length], ["0.0-stand-in", 2, 5]);
    assert.ok(configuration > 0 && /^\d+$/.test(origin));
    assert.equal(warmups[0]?.begin, 0);
    assert.ok([...warmups, ...runs].every(({ seconds }) => seconds >= 0.005 && seconds < 0.1));
  });

  it("is no result when it breaks off, or holds no inference that counts", () => {
    const [first = "", about = ""] = captured.split("\n");
    for (const text of ["", "Segmentation fault", `${first}\n${about}\n`])
      assert.throws(() => parseInferences(text, "python3"), /printed no result/);
  });

  it("is a reason to skip, or a failure, in its own words", () => {
    assert.throws(
      () => parseInferences('{"skipped": "has no hailo_platform"}\n', "python3"),
      (error: Error) => error instanceof CannotInfer && /^python3 has no hailo_platform: install /.test(error.message),
    );
    assert.throws(() => parseInferences('{"failed": "the HEF: FileNotFoundError: x"}\n', "python3"), /^Error: the HEF/);
  });

  it("names the status of HailoRT's Python library as it names that of its tools", () => {
    const said = "inference 4: HailoRTException: libhailort failed with error: 62 (HAILO_COMMUNICATION_CLOSED)";
    assert.match(failureCause(said, ""), /^HAILO_COMMUNICATION_CLOSED\(62\): .*\ninference 4/);
  });
});

const about = { library: "5.1.1", sha256: "ab", configuration: 0.7 };
const inferences = (origin: string, ...seconds: readonly number[]): Inferences => ({
  ...{ ...about, origin, warmups: [{ begin: 0, seconds: 9 }] },
  runs: seconds.map((value, index) => ({ begin: 9 + index, seconds: value })),
});

describe("a run of a network", () => {
  it("warms the board in a process of its own, cools down, counts, and asks HailoRT's own tool last", async () => {
    const done: string[] = [];
    const device: NetworkDevice = {
      now: () => BigInt(done.length),
      infer: async (seconds) => {
        done.push(`infer ${seconds}`);
        return inferences("1000", 0.5, 0.25);
      },
      celsius: () => 50,
      coolDown: async (wanted) => {
        done.push(`cool down to ${wanted}`);
        return wanted;
      },
      throttleBits: async () => 0,
      benchmark: async () => {
        done.push("benchmark");
        return { fps: 3 };
      },
    };
    const first: FirstStart = { celsius: 47 };
    const { stamps, conditions, hef } = await networkRun({ warmupSeconds: 30, seconds: 60, crossCheck: true }, device, first);
    assert.deepEqual(done, ["infer 30", "cool down to 47", "infer 60", "benchmark"]);
    assert.deepEqual(stamps, {
      ...{ "warmup.start": "0", start: "9000001000", end: "10250001000", "hef.start": "3", "hef.end": "4" },
    });
    assert.deepEqual([conditions["celsius.first"], conditions["throttle.after"], hef], [47, 0, { fps: 3 }]);
  });

  it("has ranks over its inferences, their rate, and every one of them in its series", () => {
    const counted = inferences("1000", 0.2, 0.4, 0.1, 0.3);
    const run = { outcome: "measured", warm: inferences("1", 7), counted, conditions: {}, stamps: {}, hef: { fps: 5 } } as const;
    const measured = networkMeasurement(run);
    assert.ok(measured.outcome === "measured");
    const { inferencesPerSecond = 0, ...values } = measured.values;
    assert.deepEqual(values, { inferenceP50: 0.2, inferenceP95: 0.4, inferences: 4, configuration: 0.7, hefFps: 5 });
    // Four inferences from 9 s to 12.3 s.
    assert.ok(Math.abs(inferencesPerSecond - 4 / 3.3) < 1e-12);
    assert.deepEqual(measured.series, {
      ...{ inference: [0.2, 0.4, 0.1, 0.3], begin: [9, 10, 11, 12], warmup: [9], "board.warmup": [9, 7] },
    });
    assert.deepEqual(measured.identities, { network: "ab" });
  });
});
