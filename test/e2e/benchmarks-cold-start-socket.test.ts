import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { coldStart } from "../../benchmarks/cold-start/index.ts";
import type { Place } from "../../benchmarks/define.ts";
import type { ColdStartOrder } from "../../benchmarks/harness/cold-start.ts";
import type { VariantInput } from "../../benchmarks/schema.ts";
import { type LocalHarness, programOrder, startLocalHarness } from "../benchmarks/local-harness.ts";
import { importNodeImage, NODE_SERVER } from "./node-image.ts";
import { dockerMissing } from "./recipe-image.ts";

const limits = { cpus: 0.5, cpuset: "0", memoryBytes: 256 * 2 ** 20, memorySwapBytes: 256 * 2 ** 20 };
const held = {
  ...{ "limits.cpus": "0.5", "limits.cpuset": "0" },
  ...{ "limits.memoryBytes": "268435456", "limits.memorySwapBytes": "268435456" },
};
const port = 5000;

let local: LocalHarness;
before(() => {
  local = startLocalHarness();
});
after(() => local.close());

for (const [series, cause] of [
  [{ trigger: "socket" }, /no engine with an API/],
  [{ address: "container" }, /no address of its own/],
] as const) {
  test(`what has no engine skips ${JSON.stringify(series)} and says why`, async () => {
    const order = { ...programOrder(NODE_SERVER), ...series, state: "warm" } as const;
    const sample = await local.harness.request("cold-start-in", order, { timeoutSeconds: 60 });
    assert.match(sample.outcome === "skipped" ? sample.cause : sample.outcome, cause);
  });
}

describe("cold starts of Docker in each way", { skip: dockerMissing(), concurrency: false }, () => {
  const image = `distrobench-e2e-trigger-${process.pid}`;
  const variant: VariantInput = {
    ...{ id: "here/docker", host: "here", machine: "here", environment: "e", labels: {} },
    ...{ engine: "docker", image },
  };
  const measure = (given: Readonly<Record<string, unknown>>) =>
    coldStart.measure({ harness: local.harness } as Place, variant, { port, limits, timeoutSeconds: 60, ...given });
  const containers = () => execFileSync("docker", ["ps", "--all", "--quiet", "--filter", `ancestor=${image}`]).toString();

  before(() => importNodeImage(image));
  after(() => {
    execFileSync("docker", ["rmi", "--force", image], { stdio: "ignore" });
  });

  for (const trigger of ["cli", "socket"] as const) {
    for (const address of ["published", "container"] as const) {
      for (const readiness of ["announced", "polled"] as const) {
        test(`${trigger}, ${address}, ${readiness}: a whole start within the same limits, and nothing stays`, async (t) => {
          const found = await measure({ trigger, address, readiness });
          assert.ok(found.outcome === "measured", JSON.stringify(found));
          const { values, stamps, conditions = {}, identities } = found;
          assert.deepEqual(identities, held);
          assert.equal(conditions["health.port"] === port, address === "container");
          const { create = 0, start = 0, listen = 0, respond = 0, total = 0 } = values;
          assert.ok(create > 0 && start > 0, JSON.stringify(values));
          if (readiness === "announced")
            assert.ok(Math.abs(create + start + listen + respond - total) < 1e-9, JSON.stringify(values));
          else assert.ok(BigInt(stamps.first200 ?? 0) > BigInt(stamps.requestSent ?? 0), JSON.stringify(stamps));
          assert.equal(containers(), "");
          t.diagnostic(JSON.stringify(values));
        });
      }
    }
  }

  test("a container at its own address publishes nothing, so that the engine has no proxy for it", async () => {
    const order = { ...served(), address: "container" as const, timeoutSeconds: 5, healthPath: "/" };
    const during = local.harness.request(
      "cold-start",
      { ...order, readiness: "polled", containerPort: 5001 },
      { timeoutSeconds: 60 },
    );
    let ports = "";
    for (let look = 0; ports === "" && look < 100; look += 1) {
      await setTimeout(50);
      ports = execFileSync("docker", ["ps", "--filter", `ancestor=${image}`, "--format", "up {{.Ports}}"])
        .toString()
        .trim();
    }
    assert.equal(ports, "up");
    const sample = await during;
    assert.match(sample.outcome === "failed" ? sample.cause : "", /not ready after 5 s/);
  });

  test("the state of a start and its trigger go together: an image that is loaded first, then asked for on the socket", async () => {
    const found = await measure({ trigger: "socket", state: "load-included" });
    assert.ok(found.outcome === "measured", JSON.stringify(found));
    const { load = 0, total = 0 } = found.values;
    assert.ok(load > 0 && total > load, JSON.stringify(found.values));
  });

  test("a container that ends before it is ready is a failed start with its exit code and output, and does not stay", async () => {
    const order = { ...served(), entrypoint: "/bin/node", arguments: ["-e", 'console.error("no model file"); process.exit(7)'] };
    const sample = await local.harness.request("cold-start", order, { timeoutSeconds: 60 });
    assert.match(sample.outcome === "failed" ? sample.cause : "", /exit code 7.*no model file/s);
    assert.equal(containers(), "");
  });

  test("a container that never gets ready fails after its time-out, and is removed", async () => {
    const order = { ...served(), entrypoint: "/bin/node", arguments: ["-e", "setInterval(() => {}, 1000)"], timeoutSeconds: 3 };
    const sample = await local.harness.request("cold-start", order, { timeoutSeconds: 60 });
    assert.match(sample.outcome === "failed" ? sample.cause : "", /not ready after 3 s/);
    assert.equal(containers(), "");
  });

  test("an engine that refuses is no sample, and says what it refused", async () => {
    const order = { ...served(), image: `${image}-is-not-here` };
    await assert.rejects(
      local.harness.request("cold-start", order, { timeoutSeconds: 60 }),
      /POST \/containers\/create\S+ got 404: No such image/,
    );
  });

  /** As the test orders it, asked for on the socket that Docker's client names. */
  function served(): ColdStartOrder {
    const host = execFileSync("docker", ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]).toString().trim();
    return {
      ...{ starter: "docker", image, arguments: [], containerPort: port, limits: {} },
      ...{ readiness: "announced", healthPath: "/health", timeoutSeconds: 60, socket: host.replace("unix://", "") },
    };
  }
});
