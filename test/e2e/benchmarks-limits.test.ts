import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { coldStart } from "../../benchmarks/cold-start/index.ts";
import { command } from "../../benchmarks/command/index.ts";
import type { Measurement, Place } from "../../benchmarks/define.ts";
import { toMeasurement as onnxMeasurement } from "../../benchmarks/onnx/index.ts";
import type { VariantInput } from "../../benchmarks/schema.ts";
import { type LocalHarness, startLocalHarness } from "../benchmarks/local-harness.ts";
import { importNodeImage } from "./node-image.ts";
import { dockerMissing } from "./recipe-image.ts";

/** As in the study, but for the numbers: this CPU exists everywhere. */
const limits = { cpus: 0.5, cpuset: "0", memoryBytes: 256 * 2 ** 20, memorySwapBytes: 256 * 2 ** 20 };
const held = {
  ...{ "limits.cpus": "0.5", "limits.cpuset": "0" },
  ...{ "limits.memoryBytes": "268435456", "limits.memorySwapBytes": "268435456" },
};

/** A process of the onnx runner's form, that works for a second and a half first. */
const RUNNER = `const until = Date.now() + 1500; while (Date.now() < until);
  console.log(JSON.stringify({ provider: "none", version: "0", created: 1, warmups: [], runs: [1] }));`;

describe("limits of a real container", { skip: dockerMissing(), concurrency: false }, () => {
  const image = `distrobench-e2e-limits-${process.pid}`;
  const variant: VariantInput = {
    ...{ id: "here/docker", host: "here", machine: "here", environment: "e", labels: {} },
    ...{ engine: "docker", image },
  };
  let local: LocalHarness;
  const place = (): Place => ({ harness: local.harness }) as Place;

  before(() => {
    importNodeImage(image);
    local = startLocalHarness();
  });
  after(async () => {
    await local.close();
    execFileSync("docker", ["rmi", "--force", image], { stdio: "ignore" });
  });

  const runs = {
    "cold-start": () => coldStart.measure(place(), variant, { limits }),
    command: () => command.measure(place(), variant, { command: "true", where: "container", limits }),
    "a container that runs to its end": async () => {
      const start = { ...({ starter: "docker", image, limits } as const), arguments: ["-e", RUNNER], entrypoint: "/bin/node" };
      return onnxMeasurement(await local.harness.request("onnx", { start, timeoutSeconds: 60 }, { timeoutSeconds: 90 }));
    },
  } satisfies Readonly<Record<string, () => Promise<Measurement>>>;

  for (const [what, run] of Object.entries(runs)) {
    test(`${what}: they are read back from the kernel, and are an identity of the sample`, async () => {
      const found = await run();
      assert.ok(found.outcome === "measured", JSON.stringify(found));
      assert.deepEqual(found.identities, held);
      assert.deepEqual(
        Object.keys(found.conditions ?? {}).filter((name) => name.startsWith("limits.")),
        [],
      );
      assert.ok(Object.values(found.stamps).every((stamp) => BigInt(stamp) > 0n) && found.stamps.start !== undefined);
    });
  }

  test("no container is left, the one that was only looked at included", () => {
    assert.equal(execFileSync("docker", ["ps", "--all", "--quiet", "--filter", `ancestor=${image}`]).toString(), "");
  });
});
