import assert from "node:assert/strict";
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Place } from "../../benchmarks/define.ts";
import { onnx } from "../../benchmarks/onnx/index.ts";
import { modelFileOf } from "../../images/models/model-file.ts";
import { type LocalHarness, startLocalHarness } from "../benchmarks/local-harness.ts";
import { buildRecipe, dockerMissing, removeImage } from "./recipe-image.ts";

const skip = dockerMissing();
const directory = mkdtempSync(join(tmpdir(), "distrobench-onnx-"));
const model = join(directory, "model.onnx");
const magika = {
  ...{ pypi: "magika==1.0.3", file: "*/model.onnx" },
  sha256: "fe2d2eb49c5f88a9e0a6c048e15d6ffdf86235519c2afc535044de433169ec8c",
};
let local: LocalHarness | undefined;
let image = "";

// In a suite of its own: hooks of the file would hold for every file of the run.
describe("onnx on a real runtime", { concurrency: false }, () => {
  before(async () => {
    if (skip !== false) return;
    const making = { root: directory, signal: new AbortController().signal, progress: () => undefined };
    copyFileSync((await modelFileOf(magika, making)).path, model);
    chmodSync(model, 0o644);
    chmodSync(directory, 0o755);
    image = await buildRecipe("onnx-runner", "trixie");
    local = startLocalHarness();
  });
  after(async () => {
    rmSync(directory, { recursive: true });
    if (skip !== false) return;
    await local?.close();
    if (image !== "") removeImage(image);
  });

  async function measure(parameters: Record<string, unknown>, architecture = "x86_64") {
    const variant = {
      ...{ id: "here/docker", host: "here", machine: "m", engine: "docker" as const, image, environment: "e", labels: {} },
      model: { name: "magika", path: model, sha256: magika.sha256 },
    } as const;
    const place = { harness: local?.harness, facts: { architecture } } as unknown as Place;
    return await onnx.measure(place, variant, { runs: 5, warmups: 2, ...parameters });
  }

  test("a real model runs on the CPU, with one duration per run and the session's creation apart", { skip }, async () => {
    const found = await measure({ threads: 2 });
    assert.equal(found.outcome, "measured", JSON.stringify(found));
    if (found.outcome !== "measured") return;
    const { runP50 = 0, runP95 = 0, runMean = 0, sessionCreation = 0, runs } = found.values;
    assert.ok(runP50 > 0 && runP95 >= runP50 && runMean > 0 && sessionCreation > 0);
    assert.deepEqual([runs, found.series?.run?.length, found.series?.warmup?.length], [5, 5, 2]);
  });

  test("a provider that the image or the host does not have is skipped with the reason, never replaced", { skip }, async () => {
    const absent = await measure({ provider: "openvino" });
    assert.deepEqual(
      absent.outcome === "skipped" && absent.cause.slice(0, 55),
      "this ONNX Runtime has no OpenVINOExecutionProvider, onl",
    );
    const arm = await measure({ provider: "openvino" }, "aarch64");
    assert.deepEqual(arm.outcome === "skipped" && arm.cause, "OpenVINO's execution provider does not exist for aarch64");
  });
});
