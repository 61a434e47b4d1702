import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Place } from "../../benchmarks/define.ts";
import { llmTokens } from "../../benchmarks/llm-tokens/index.ts";
import { randomModel } from "../../images/models/random-model.ts";
import { type LocalHarness, startLocalHarness } from "../benchmarks/local-harness.ts";
import { buildRecipe, dockerMissing, removeImage } from "./recipe-image.ts";

const skip = dockerMissing();
const directory = mkdtempSync(join(tmpdir(), "distrobench-llm-"));
const model = join(directory, "tiny.gguf");
/** The tiny model answers faster than a busy machine reads. */
const tinySizes = { coalescedLimit: 1, requests: 2, tokens: 8, promptTokens: 4 };
let local: LocalHarness | undefined;
let image = "";

// In a suite of its own: hooks of the file would hold for every file of the run.
describe("llm-tokens on a real llama.cpp", { concurrency: false }, () => {
  before(async () => {
    if (skip !== false) return;
    writeFileSync(model, Buffer.concat([...randomModel("tiny", 1)]));
    chmodSync(directory, 0o755);
    image = await buildRecipe("llm-server", "sid");
    local = startLocalHarness();
  });
  after(async () => {
    rmSync(directory, { recursive: true });
    if (skip !== false) return;
    await local?.close();
    if (image !== "") removeImage(image);
  });

  async function measure(parameters: Record<string, unknown>, path = model) {
    const variant = {
      ...{ id: "here/docker", host: "here", machine: "m", engine: "docker" as const, image, environment: "e", labels: {} },
      model: { name: "tiny", path, sha256: "" },
    } as const;
    return await llmTokens.measure({ harness: local?.harness } as unknown as Place, variant, { ...tinySizes, ...parameters });
  }

  test("tokens are stamped one by one, and one thread generates what two do", { skip }, async () => {
    const [one, two] = [await measure({ threads: 1 }), await measure({ threads: 2, crossCheck: 0 })];
    assert.equal(one.outcome, "measured", JSON.stringify(one));
    assert.equal(two.outcome, "measured", JSON.stringify(two));
    if (one.outcome !== "measured" || two.outcome !== "measured") return;
    const {
      gapP50 = 0,
      gapP95 = 0,
      requestMeanP95 = 0,
      firstToken = 0,
      load = 0,
      benchMean = 0,
      threadsPerCore = 0,
    } = one.values;
    assert.ok(gapP50 >= 0 && gapP95 >= gapP50 && requestMeanP95 >= 0 && firstToken > 0 && load > firstToken && benchMean > 0);
    assert.equal((two.values.threadsPerCore ?? 0) / threadsPerCore, 2);
    assert.equal("benchMean" in two.values, false);
    assert.deepEqual(Object.fromEntries(Object.entries(one.series ?? {}).map(([name, values]) => [name, values.length])), {
      "gap.0": 7,
      "gap.1": 7,
      "gap.2": 7,
      firstToken: 3,
    });
    assert.match(one.identities?.tokens ?? "", /^[0-9a-f]{64}$/);
    assert.deepEqual(one.identities, two.identities);
    const { start = "", first200 = "", end = "", ...requests } = one.stamps;
    const stamps = [start, first200, ...Object.values(requests), end].map(BigInt);
    assert.deepEqual(Object.keys(requests), ["request.0", "request.1", "request.2"]);
    assert.deepEqual(
      stamps,
      stamps.toSorted((a, b) => (a < b ? -1 : 1)),
    );
  });

  test("llama.cpp pins its threads as it is told, and says nothing of it where there are too few CPUs", { skip }, async () => {
    const two = await measure({ threads: 2, crossCheck: 0, limits: { cpuset: "0" } });
    assert.equal(two.outcome === "measured" && two.conditions?.["threads.oversubscribed"], 1, JSON.stringify(two));
    if (cpus().length < 2) return;
    const apart = await measure({ threads: 2, crossCheck: 1, limits: { cpuset: "0-1" } });
    assert.ok(apart.outcome === "measured", JSON.stringify(apart));
    assert.ok(
      (apart.conditions?.["threads.pinned"] ?? 0) >= 2 && (apart.values.benchMean ?? 0) > 0,
      JSON.stringify(apart.conditions),
    );
    assert.equal("threads.oversubscribed" in (apart.conditions ?? {}), false);
    assert.equal(apart.identities?.["limits.cpuset"], "0-1");
  });

  test("a file that is no model is a failed sample with the server's own words", { skip }, async () => {
    const wrong = join(directory, "wrong.gguf");
    writeFileSync(wrong, "no model");
    const found = await measure({}, wrong);
    assert.equal(found.outcome, "failed");
    assert.match(
      found.outcome === "failed" ? found.cause : "",
      /ended with exit code 1 before it was ready.*(gguf|magic|load)/is,
    );
  });
});
