import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { machine, tmpdir } from "node:os";
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

  async function measure(parameters: Record<string, unknown>, architecture = "x86_64", of = image, path = model) {
    const variant = {
      ...{ id: "here/docker", host: "here", machine: "m", engine: "docker" as const, image: of, environment: "e", labels: {} },
      model: { name: "magika", path, sha256: magika.sha256 },
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

  describe("with OpenVINO", { concurrency: false }, () => {
    const skipHere =
      skip !== false ? skip : machine() === "x86_64" ? false : "OpenVINO's execution provider is built for x86-64 only";
    const onHost = (parameters: Record<string, unknown>, of = openvino, path = model) =>
      measure({ runs: 30, warmups: 3, ...parameters }, "x86_64", of, path);
    let openvino = "";
    let crippled = "";
    before(async () => {
      if (skipHere !== false) return;
      openvino = await buildRecipe("onnx-runner-openvino", "trixie");
      crippled = withoutProvider(openvino);
    });
    after(() => {
      for (const built of [crippled, openvino]) if (built !== "") removeImage(built);
    });

    for (const threads of [1, 4])
      test(`a real model runs on OpenVINO's provider with ${threads} threads, and the sample says so`, {
        skip: skipHere,
      }, async () => {
        const found = await onHost({ provider: "openvino", threads });
        assert.equal(found.outcome, "measured", JSON.stringify(found));
        if (found.outcome !== "measured") return;
        const { runP50 = 0, sessionCreation = 0 } = found.values;
        assert.ok(runP50 > 0 && sessionCreation > runP50);
        assert.equal(found.conditions?.["onnx.openvino"], 1);
      });

    test("an image that has it takes it without being told, and the CPU's own when told", { skip: skipHere }, async () => {
      const outcomes = [await onHost({}), await onHost({ provider: "cpu" })];
      assert.deepEqual(
        outcomes.map((found) => found.outcome === "measured" && found.conditions?.["onnx.openvino"]),
        [1, 0],
      );
    });

    test("a model of which OpenVINO runs only a part is skipped, though its session would name OpenVINO first", {
      skip: skipHere,
    }, async () => {
      const tree = join(directory, "tree.onnx");
      copyFileSync(join(import.meta.dirname, "../golden/benchmarks/onnx/tree.onnx"), tree);
      chmodSync(tree, 0o644);
      const found = await onHost({ provider: "openvino" }, openvino, tree);
      assert.match(found.outcome === "skipped" ? found.cause : "", /OpenVINOExecutionProvider cannot run all of this model/);
      assert.equal((await onHost({ provider: "cpu" }, openvino, tree)).outcome, "measured");
    });

    test("an image whose provider can't be loaded is skipped, and never measured on the CPU's instead", {
      skip: skipHere,
    }, async () => {
      for (const provider of ["image", "openvino"]) {
        const found = await onHost({ provider }, crippled);
        assert.equal(found.outcome, "skipped", JSON.stringify(found));
        assert.match(
          found.outcome === "skipped" ? found.cause : "",
          /OpenVINOExecutionProvider could not be used here: .*CPUExecutionProvider/,
        );
      }
    });
  });
});

/** The same image without the library of OpenVINO's provider: ONNX Runtime then goes on with the CPU's. */
function withoutProvider(image: string): string {
  const tag = `${image}-crippled`;
  const remove = "RUN find / -xdev -name 'libonnxruntime_providers_openvino.so' -delete";
  const environment = { ...process.env, DOCKER_BUILDKIT: "0" };
  const input = `FROM ${image}\nUSER 0\n${remove}\nUSER 10001:10001\n`;
  execFileSync("docker", ["build", "--quiet", "--tag", tag, "-"], { env: environment, input, stdio: "pipe" });
  return tag;
}
