import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../hosts/index.ts";
import { findRecipe } from "../../images/recipes.ts";
import { downloadWheels } from "../../images/wheels.ts";

const making = { signal: new AbortController().signal, progress: () => assert.fail("nothing is downloaded") };
const download = (suite: string, architecture: string) =>
  downloadWheels("/nowhere", { ...findRecipe("onnx-runner-openvino"), suite, mirror: undefined }, architecture, making);

test("OpenVINO on arm64 is refused before anything is downloaded, with the reason and what to use", async () => {
  await assert.rejects(download("trixie", "arm64"), (error: UserError) => {
    assert.ok(error instanceof UserError);
    assert.equal(
      error.message,
      "onnxruntime-openvino==1.24.1 has no wheel for aarch64: ONNX Runtime's execution provider for OpenVINO is built for x86-64 only",
    );
    return /recipe onnx-runner there/.test(error.remedy ?? "");
  });
});

test("a suite whose Python has no wheels is refused with the suites that have some", async () => {
  await assert.rejects(download("sid", "amd64"), /no wheels of this recipe are known for sid on amd64/);
});
