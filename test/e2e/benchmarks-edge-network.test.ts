import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { edge } from "../../benchmarks/edge/index.ts";
import { networkMeasurement, networkOrder, networkParameters } from "../../benchmarks/edge/network.ts";
import { failureCause } from "../../benchmarks/harness/edge/failure.ts";
import { CannotInfer, inferProcess } from "../../benchmarks/harness/edge/infer.ts";
import { networkRun } from "../../benchmarks/harness/edge/network.ts";
import { python } from "./python.ts";

const standIn = join(import.meta.dirname, "hailo-stand-in");
const content = "HEF of no network";
const sha256 = createHash("sha256").update(content).digest("hex");
const HOST_PYTHON = "numpy==2.3.4";

// The program that goes to the host, run by a real Python: only Hailo's library is a stand-in, whose inference takes 5 ms.
describe("the loop over a compiled network", { concurrency: false }, () => {
  const directory = mkdtempSync(join(tmpdir(), "distrobench-edge-"));
  const hef = join(directory, "network.hef");
  let interpreter = "";
  before(() => {
    writeFileSync(hef, content);
    interpreter = python([HOST_PYTHON]);
  });
  after(() => rmSync(directory, { recursive: true }));

  /** An interpreter that finds the stand-in, which does one thing wrong. */
  function wrapped(wrong = "", modules = standIn): string {
    const file = join(directory, `python-${wrong}-${modules === standIn}`);
    const lines = ["#!/bin/sh", `export HAILO_STAND_IN='${wrong}' PYTHONPATH='${modules}' PYTHONDONTWRITEBYTECODE=1`];
    writeFileSync(file, `${[...lines, `exec '${interpreter}' "$@"`].join("\n")}\n`, { mode: 0o755 });
    return file;
  }

  function orderOf(given: Record<string, unknown>) {
    const parameters = networkParameters.parse({ hef, python: wrapped(), warmups: 3, crossCheck: false, ...given });
    return networkOrder(parameters, { warmupSeconds: 0.05, seconds: 0.5, coolDownSeconds: 0 });
  }

  const infer = (given: Record<string, unknown> = {}) => inferProcess(orderOf(given));

  it("takes the time of each inference, one after the other, for as long as it is told", async () => {
    const { library, configuration, warmups, runs, origin, sha256: found } = await infer();
    assert.deepEqual([library, found, warmups.length], ["0.0-stand-in", sha256, 3]);
    assert.ok(configuration > 0 && BigInt(origin) > 0n);
    assert.ok(runs.length > 50 && runs.length <= 100, `${runs.length} inferences of 5 ms in half a second`);
    assert.ok(runs.every(({ seconds }) => seconds >= 0.005));
    assert.ok(runs.every(({ begin }, index) => index === 0 || begin >= (runs[index - 1]?.begin ?? 0) + 0.005));
  });

  it("gives a median of 5 ms, its rate, every duration and the stamps of begin and end", async () => {
    const order = orderOf({ sha256 });
    const board = { celsius: () => 50, coolDown: async () => 50, throttleBits: async () => 0 };
    const device = {
      ...{ ...board, now: process.hrtime.bigint, benchmark: async () => ({ fps: 200 }) },
      infer: (seconds: number) => inferProcess({ ...order, seconds }),
    };
    const run = await networkRun({ ...order, crossCheck: true }, device, {});
    const measured = networkMeasurement({ outcome: "measured", ...run });
    assert.ok(measured.outcome === "measured");
    const { inferenceP50 = 0, inferenceP95 = 0, inferencesPerSecond = 0, inferences = 0, hefFps } = measured.values;
    assert.ok(inferenceP50 >= 0.005 && inferenceP50 < 0.0065, `p50 ${inferenceP50}`);
    assert.ok(inferenceP95 >= inferenceP50 && inferencesPerSecond > 100 && inferencesPerSecond <= 200);
    const { start = "0", end = "0", "warmup.start": warmup = "0" } = measured.stamps;
    const seconds = Number(BigInt(end) - BigInt(start)) / 1e9;
    assert.ok(Math.abs(inferences / seconds - inferencesPerSecond) < 1e-3 && BigInt(warmup) < BigInt(start));
    assert.deepEqual([measured.series?.inference?.length, measured.series?.begin?.length, hefFps], [inferences, inferences, 200]);
    assert.deepEqual(measured.identities, { network: sha256 });
    assert.deepEqual([measured.conditions?.["edge.throttle.after"], measured.conditions?.["edge.celsius.start"]], [0, 50]);
  });

  it("makes its inputs from the seed", async () => {
    const inputs = async (seed: number) => {
      const found = await infer({ python: wrapped("inputs"), seed, warmups: 0 }).catch((error: Error) => error.message);
      return String(found);
    };
    const [one, again, other] = [await inputs(1), await inputs(1), await inputs(2)];
    assert.match(one, /^inference 1: HailoRTException: [0-9a-f]{64}$/);
    assert.ok(one === again && one !== other);
  });

  it("says what was being done when something went wrong", async () => {
    const text = join(directory, "text.hef");
    writeFileSync(text, "no network");
    for (const [given, cause] of [
      [{ hef: join(directory, "none.hef") }, /^the HEF: FileNotFoundError: .*none\.hef/],
      [{ sha256: "0".repeat(64) }, new RegExp(`^the HEF: ValueError: .*network\\.hef has the sha256 ${sha256}, not 0000`)],
      [{ hef: text }, /^configuring the network: HailoRTException: .*HAILO_INVALID_HEF/],
      [{ python: wrapped("configure") }, /^configuring the network: .*HAILO_HEF_NOT_COMPATIBLE_WITH_DEVICE/],
      [{ python: wrapped("busy") }, /^opening the device: .*HAILO_OUT_OF_PHYSICAL_DEVICES/],
      [{ python: wrapped("type") }, /^making the inputs: ValueError: image is of type nv12/],
      [{ python: wrapped("lost"), warmups: 2 }, /^inference 2: .*HAILO_COMMUNICATION_CLOSED/],
      [{ python: "false" }, /^false ended with exit code 1/],
    ] as const)
      await assert.rejects(infer(given), (error: Error) => cause.test(error.message) && !(error instanceof CannotInfer));
  });

  it("tells a lost chip from one that something else holds, in words that say what to do", async () => {
    const causeOf = async (wrong: string) =>
      failureCause(await infer({ python: wrapped(wrong) }).then(String, (error: Error) => error.message), "");
    assert.match(await causeOf("lost"), /^HAILO_COMMUNICATION_CLOSED\(62\): the chip was lost; reload its driver/);
    assert.match(await causeOf("busy"), /^HAILO_OUT_OF_PHYSICAL_DEVICES\(74\): no chip is free.*hailo-ollama/);
  });

  it("is skipped where Python has no library, none that fits, or is not there, with the package to install", async () => {
    for (const [interpreterName, cause] of [
      [wrapped("", directory), /has no hailo_platform: install .*python3-h10-hailort/],
      [wrapped("import"), /cannot load hailo_platform \(ImportError: libhailort\.so\.4\.20\.0: .*\): install/],
      [wrapped("old"), /has hailo_platform 0\.0-stand-in, which knows no create_infer_model: install/],
      ["no-such-python", /^there is no no-such-python: install/],
    ] as const)
      await assert.rejects(
        infer({ python: interpreterName }),
        (error: Error) => error instanceof CannotInfer && cause.test(error.message),
      );
  });

  it("has the metrics of a network in the place of an LLM's, and one primary", () => {
    const metrics = edge.metricsOf({ network: { hef } });
    assert.deepEqual(
      metrics.filter(({ primary }) => primary).map(({ name }) => name),
      ["inferenceP50"],
    );
    assert.ok(!metrics.some(({ name }) => name === "gapP50"));
  });
});
