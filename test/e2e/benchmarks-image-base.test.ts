import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Place } from "../../benchmarks/define.ts";
import { imageBase } from "../../benchmarks/image-base/index.ts";
import type { OperationContext, Transport } from "../../hosts/index.ts";
import { createLocalTransport } from "../../hosts/local.ts";
import { pulledBase } from "../../images/base.ts";
import { baseImageHandler } from "../../images/base-image.ts";
import { findRecipe } from "../../images/recipes.ts";
import type { BaseImageInputs } from "../../images/schema.ts";
import { type LocalHarness, startLocalHarness } from "../benchmarks/local-harness.ts";
import { buildRecipe, dockerMissing, removeImage } from "./recipe-image.ts";

const connection = { kind: "local", host: "here" } as const;
const signal = new AbortController().signal;
const skip = dockerMissing();

function inspect(image: string, field: string): string {
  return execFileSync("docker", ["image", "inspect", "--format", `{{.${field}}}`, image])
    .toString()
    .trim();
}

describe("a server on a base", { concurrency: false, skip }, () => {
  let transport: Transport;
  let local: LocalHarness;
  let image: string;
  let cache: string;
  const usual = process.env.XDG_CACHE_HOME;

  before(async () => {
    image = await buildRecipe("model-server", "trixie");
    // After the base, which comes from the usual cache: nothing is remembered of an image that is to be counted.
    cache = mkdtempSync(join(tmpdir(), "distrobench-image-base-"));
    process.env.XDG_CACHE_HOME = cache;
    transport = await createLocalTransport(connection);
    local = startLocalHarness();
  });
  after(async () => {
    if (usual === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = usual;
    await local.close();
    await transport.close();
    rmSync(cache, { recursive: true, force: true });
    removeImage(image);
  });

  function context(): OperationContext & { readonly warnings: string[] } {
    const warnings: string[] = [];
    return {
      ...{ urn: "urn", signal, root: cache, stack: "test", warnings },
      progress: () => undefined,
      info: () => undefined,
      warn: (message) => warnings.push(message),
      transport: async () => transport,
      exclusive: async (_machine, work) => await work(),
    };
  }

  it("is measured with its bytes, which agree with what the engine keeps on disk", async () => {
    const place = { harness: local.harness, transport, signal } as unknown as Place;
    const variant = {
      ...{ id: "here/docker/base", host: "here", machine: "m", environment: "e", labels: {}, engine: "docker" as const },
      ...{ image, imageDigest: inspect(image, "Id") },
    };
    const found = await imageBase.measure(place, variant, { restSeconds: 1, readings: 2, rate: 2 });
    assert.equal(found.outcome, "measured", JSON.stringify(found));
    if (found.outcome !== "measured") return;
    const { start = 0, compressed = 0, unpacked = 0, restPss = 0, layers, packages } = found.values;
    const list = ["run", "--rm", "--entrypoint", "sh", image, "-c", "dpkg-query -l | grep -c ^ii"];
    assert.equal(packages, Number(execFileSync("docker", list).toString()));
    assert.ok(start > 0 && restPss > 1e6, JSON.stringify(found.values));
    assert.equal(layers, Number(inspect(image, "RootFS.Layers | len")));
    assert.ok(compressed < unpacked / 2);
    const kept = Number(inspect(image, "Size"));
    assert.ok(Math.abs(unpacked / kept - 1) < 0.01, `${unpacked} counted, ${kept} kept`);
  });

  function pulling(reference: string, recipe: string): BaseImageInputs {
    const dockerfile = pulledBase(reference, findRecipe(recipe));
    const tag = `distrobench/test-base:${process.pid}`;
    return { ...{ host: "here", connection, engine: "docker", image: tag, packages: [] }, pulled: { reference, dockerfile } };
  }

  it("can stand on an image that was there already, which stays when the base goes", async () => {
    const inputs = pulling(image, "llm-server");
    const { id, outputs } = await baseImageHandler.create(context(), inputs);
    assert.deepEqual([outputs.unavailable, outputs.localId], ["", inspect(image, "Id")]);
    await baseImageHandler.delete(context(), { id, inputs, outputs });
    assert.throws(() => execFileSync("docker", ["image", "inspect", inputs.image], { stdio: "pipe" }));
    assert.equal(inspect(image, "Id"), outputs.localId);
  });

  it("is skipped, with what the registry said, where its base can't be had and the matrix says skip", async () => {
    const inputs = { ...pulling("127.0.0.1:9/alpine:3.22", "model-server"), whenNotToBeHad: "skip" } as const;
    const told = context();
    const { id, outputs } = await baseImageHandler.create(told, inputs);
    assert.match(outputs.unavailable ?? "", /^127\.0\.0\.1:9\/alpine:3\.22 could not be had: .*connection refused/);
    const read = await baseImageHandler.read(told, { id, inputs, outputs });
    assert.ok(read !== "gone");
    assert.deepEqual(read.inputs, inputs);
    await baseImageHandler.delete(told, { id, inputs, outputs });
    assert.equal(told.warnings.length, 1);
  });
});
