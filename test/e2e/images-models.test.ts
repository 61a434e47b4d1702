import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { OperationContext, Transport } from "../../hosts/index.ts";
import { createLocalTransport } from "../../hosts/local.ts";
import { deliveredModelHandler as handler } from "../../images/models/delivered-model.ts";
import { modelFileOf } from "../../images/models/model-file.ts";
import type { ModelSource } from "../../images/models/schema.ts";
import { python } from "./python.ts";

const cache = mkdtempSync(join(tmpdir(), "distrobench-models-"));
const stack = `test-${process.pid}`;
const making = { root: cache, signal: new AbortController().signal, progress: () => undefined };
const tiny: ModelSource = { random: { shape: "tiny", seed: 1 } };
const usual = process.env.XDG_CACHE_HOME;
const connection = { kind: "local", host: "here" } as const;
const warnings: string[] = [];
let transport: Transport;

const context: OperationContext = {
  ...{ urn: "urn", signal: making.signal, root: cache, stack },
  progress: () => undefined,
  info: () => undefined,
  warn: (message) => warnings.push(message),
  transport: async () => transport,
  exclusive: async (_machine, work) => await work(),
};

// In a suite of its own: hooks of the file would hold for every file of the run.
describe("a model file", { concurrency: false }, () => {
  before(async () => {
    process.env.XDG_CACHE_HOME = cache;
    transport = await createLocalTransport(connection);
  });
  after(async () => {
    if (usual === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = usual;
    await transport.close();
    rmSync(cache, { recursive: true, force: true });
  });

  function digest(content: string | Uint8Array): string {
    return createHash("sha256").update(content).digest("hex");
  }

  /** Reads a GGUF with llama.cpp's own reader and says what is in it. */
  const READ = `
import json, sys
from gguf import GGUFReader
from gguf.quants import dequantize
reader = GGUFReader(sys.argv[1])
tensors = {tensor.name: tensor for tensor in reader.tensors}
weights = lambda name: dequantize(tensors[name].data, tensors[name].tensor_type)
print(json.dumps({
    "tensors": len(tensors),
    "weights": int(sum(tensor.n_elements for tensor in reader.tensors)),
    "types": sorted({tensor.tensor_type.name for tensor in reader.tensors}),
    "name": reader.get_field("general.name").contents(),
    "heads": reader.get_field("llama.attention.head_count_kv").contents(),
    "tokens": reader.get_field("tokenizer.ggml.tokens").contents()[:5],
    "norm": weights("output_norm.weight").tolist() == [1.0] * 256,
    "silent": float(abs(weights("output.weight")[:259]).max()),
    "deviation": round(float(weights("blk.0.ffn_down.weight").std() * 704 ** 0.5), 1),
}))`;

  test("a random model is what llama.cpp's own reader expects of its shape", async () => {
    const { path } = await modelFileOf(tiny, making);
    const read = JSON.parse(execFileSync(python(["gguf==0.19.0"]), ["-c", READ, path], { encoding: "utf8" }));
    assert.deepEqual(read, {
      tensors: 39,
      weights: 5_310_720,
      types: ["F32", "Q4_0"],
      name: "distrobench random weights, tiny, seed 1",
      heads: 4,
      tokens: ["<unk>", "<s>", "</s>", "<0x00>", "<0x01>"],
      norm: true,
      silent: 0,
      deviation: 0.5,
    });
  });

  test("a model inside a package is taken out of it and pinned; nothing is kept of one that is not as pinned", async () => {
    const source = { pypi: "magika==1.0.3", file: "*/standard_v3_3/model.onnx" };
    const sha256 = "fe2d2eb49c5f88a9e0a6c048e15d6ffdf86235519c2afc535044de433169ec8c";
    const { path } = await modelFileOf({ ...source, sha256 }, making);
    assert.match(readFileSync(path).subarray(0, 200).toString("latin1"), /pytorch|onnx|keras|jax|tf2onnx/i);
    const other = "0".repeat(64);
    await assert.rejects(modelFileOf({ ...source, sha256: other }, making), /has the sha256 fe2d2eb49c5f88a9.*pins 0000/);
    await assert.rejects(modelFileOf({ ...source, file: "*/none.onnx", sha256: other }, making), /0 files match/);
    assert.deepEqual(
      readdirSync(join(cache, "distrobench", "models")).filter((name) => name.startsWith("0000")),
      [],
    );
  });

  test("a download is pinned, and made once", async () => {
    let asked = 0;
    const server = createServer((request, response) => {
      asked += 1;
      response.statusCode = request.url === "/model" ? 200 : 404;
      response.end("model bytes");
    }).listen(0, "127.0.0.1");
    try {
      await new Promise((resolve) => server.once("listening", resolve));
      const address = server.address();
      const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
      const sha256 = "d5d33f9ae0c44d1ec7ca0ea1d07b2ac7d37d0d9d1b7ff7da7d13ec09aa7c3f23";
      await assert.rejects(modelFileOf({ url: `${url}/model`, sha256 }, making), /the matrix pins d5d33f9a/);
      await assert.rejects(modelFileOf({ url: `${url}/none`, sha256 }, making), /answered 404 Not Found/);
      const right = digest("model bytes");
      const first = await modelFileOf({ url: `${url}/model`, sha256: right }, making);
      const second = await modelFileOf({ url: `${url}/gone`, sha256: right }, making);
      assert.deepEqual([second, asked], [first, 3]);
    } finally {
      server.close();
    }
  });

  test("a model is delivered once, proven, missed when it changes, and removed with its folder", async () => {
    const inputs = { host: "here", connection, model: "tiny", source: tiny };
    const { id, outputs } = await handler.create(context, inputs);
    assert.equal(outputs.bytes, 3_091_456);
    assert.ok(outputs.bytesSent > 1_000_000);
    assert.equal(digest(readFileSync(outputs.path)), outputs.sha256);
    const stored = { id, inputs, outputs };
    assert.equal((await handler.create(context, inputs)).outputs.bytesSent, 0);
    const now = new Date();
    utimesSync(outputs.path, now, now);
    assert.notEqual(await handler.read(context, stored), "gone", "another time is no other content");
    appendFileSync(outputs.path, "x");
    assert.equal(await handler.read(context, stored), "gone");
    assert.match(warnings.join("\n"), /was changed; it will be delivered again/);
    const again = await handler.create(context, inputs);
    assert.ok(again.outputs.bytesSent > 1_000_000);
    await handler.delete(context, { id, inputs, outputs: again.outputs });
    assert.equal(existsSync(outputs.path), false);
    assert.equal(await handler.read(context, stored), "gone");
    await handler.delete(context, { id, inputs, outputs: again.outputs });
  });

  test("a file of the controller that was changed since shows as a difference and is sent again", async () => {
    const folder = join(cache, "own");
    mkdirSync(folder);
    writeFileSync(join(folder, "model.gguf"), "first");
    const inputs = { host: "here", connection, model: "own", source: { path: "own/model.gguf" } };
    const { id, outputs } = await handler.create(context, inputs);
    assert.deepEqual(((await handler.read(context, { id, inputs, outputs })) as { inputs: object }).inputs, inputs);
    writeFileSync(join(folder, "model.gguf"), "second one");
    const read = await handler.read(context, { id, inputs, outputs });
    assert.notDeepEqual((read as { inputs: object }).inputs, inputs);
    const updated = await handler.update(context, { id, inputs, outputs }, inputs);
    assert.equal(readFileSync(updated.path, "utf8"), "second one");
    assert.equal(existsSync(outputs.path), false);
    await handler.delete(context, { id, inputs, outputs: updated });
    await assert.rejects(handler.create(context, { ...inputs, source: { path: "own/none.gguf" } }), /is no file of this machine/);
  });
});
