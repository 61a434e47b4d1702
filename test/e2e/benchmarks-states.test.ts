import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { coldStart } from "../../benchmarks/cold-start/index.ts";
import { command } from "../../benchmarks/command/index.ts";
import type { Measurement, Place } from "../../benchmarks/define.ts";
import type { VariantInput } from "../../benchmarks/schema.ts";
import { type LocalHarness, programOrder, startLocalHarness } from "../benchmarks/local-harness.ts";
import { importNodeImage, NODE_SERVER } from "./node-image.ts";
import { dockerMissing } from "./recipe-image.ts";

let local: LocalHarness;
before(() => {
  local = startLocalHarness();
});
after(() => local.close());

test("a start with a cold page cache is timed after the cache was dropped, or skipped with the kernel's reason", async () => {
  const order = { ...programOrder(NODE_SERVER), state: "cold-cache" } as const;
  const cold = await local.harness.request("cold-start-in", order, { timeoutSeconds: 300 });
  if (cold.outcome === "skipped") assert.match(cold.cause, /^the page cache can't be dropped: /);
  else assert.equal(cold.outcome, "ready", JSON.stringify(cold));
});

for (const [state, cause] of [
  ["engine-restart", /has no service that could be restarted/],
  ["load-included", /a process has no image/],
] as const) {
  test(`what has no engine skips the state ${state} and says why`, async () => {
    const sample = await local.harness.request("cold-start-in", { ...programOrder(NODE_SERVER), state }, { timeoutSeconds: 60 });
    assert.match(sample.outcome === "skipped" ? sample.cause : sample.outcome, cause);
  });
}

describe("with Docker", { skip: dockerMissing() }, () => {
  const image = `distrobench-e2e-states-${process.pid}`;
  const variant: VariantInput = {
    ...{ id: "here/docker", host: "here", machine: "here", environment: "e", labels: {} },
    ...{ engine: "docker", image },
  };
  const place = (): Place => ({ harness: local.harness }) as Place;

  before(() => importNodeImage(image));
  after(() => {
    execFileSync("docker", ["rmi", "--force", image], { stdio: "ignore" });
    execFileSync("docker", ["rmi", "--force", `${image}-two`], { stdio: "ignore" });
  });

  test("a start with loading included has the image away first, and its time and the start's in one", async () => {
    const id = imageId(image);
    const measurement = await coldStart.measure(place(), variant, { state: "load-included" });
    assert.ok(measurement.outcome === "measured", JSON.stringify(measurement));
    const { total = 0, load = 0 } = measurement.values;
    assert.ok(load > 0 && total > load, JSON.stringify(measurement.values));
    assert.equal(imageId(image), id);
    const warm = await coldStart.measure(place(), variant, {});
    assert.ok(warm.outcome === "measured" && warm.values.load === undefined, JSON.stringify(warm));
  });

  test("an image with a second name is left alone, because its layers would stay", async () => {
    execFileSync("docker", ["tag", image, `${image}-two`]);
    const measurement = await coldStart.measure(place(), variant, { state: "load-included" });
    assert.match(measurement.outcome === "skipped" ? measurement.cause : measurement.outcome, /has a second name/);
    assert.equal(imageId(image), imageId(`${image}-two`));
  });

  test("the end of the session removes the archive", async () => {
    await local.close();
    assert.equal(existsSync("/var/tmp/distrobench-images"), false);
    local = startLocalHarness();
  });

  test("a command runs in a container of the image, within its limits, and leaves none", async () => {
    const measurement = await run({
      command: "exec node -p 'JSON.stringify({n: +process.env.N, cpus: os.availableParallelism()})'",
    });
    assert.ok(measurement.outcome === "measured", JSON.stringify(measurement));
    assert.deepEqual(measurement.values, { n: 5, cpus: 1 });
    assert.equal(execFileSync("docker", ["ps", "--all", "--quiet", "--filter", `ancestor=${image}`]).toString(), "");
  });

  test("a command that fails in a container is a failed sample with its output", async () => {
    const measurement = await run({ command: "echo no model; exit 3" });
    assert.match(measurement.outcome === "failed" ? measurement.cause : "", /^exit code 3 after \S+ s\nno model$/);
  });

  function run(given: Readonly<Record<string, unknown>>): Promise<Measurement> {
    const metrics = {
      n: { from: "json", path: "n", unit: "count", primary: true },
      cpus: { from: "json", path: "cpus", unit: "count" },
    };
    const more = { where: "container", environment: { N: "5" }, limits: { cpuset: "0" }, metrics };
    return command.measure(place(), variant, { ...more, ...given });
  }
});

function imageId(image: string): string {
  return execFileSync("docker", ["image", "inspect", "--format", "{{.Id}}", image]).toString().trim();
}
