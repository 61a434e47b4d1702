import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { boot } from "../../benchmarks/boot/index.ts";
import type { SessionPlace } from "../../benchmarks/session/place.ts";
import { openPlace } from "../../benchmarks/session/place.ts";
import { createSshPool, gatherFacts, type LabMachineInputs, type SshPool, sh } from "../../hosts/index.ts";
import { labMachineHandler } from "../../hosts/lab/handler.ts";
import { readMachine } from "../../hosts/lab/machine-file.ts";
import { labContext } from "../lab/operation-context.ts";

/** The same disk as the quickstart stack's, so that the cache serves both. */
const inputs: LabMachineInputs = {
  name: "boot-e2e",
  directory: ".distrobench/lab/e2e/boot-e2e",
  distribution: "debian",
  release: "trixie",
  cpus: 2,
  memoryMiB: 1024,
  diskGiB: 8,
  accelerator: "auto",
  packages: ["docker", "podman", "git", "python", "node", "curl"],
  state: "running",
};

describe("the boot of a lab machine", { timeout: 1_800_000 }, () => {
  const variant = { id: "boot-e2e", host: "boot-e2e", machine: "here", environment: "e", labels: {} };
  let root: string;
  let pool: SshPool;
  let place: SessionPlace;
  let stored: Awaited<ReturnType<typeof labMachineHandler.create>> | undefined;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "boot-e2e-"));
    stored = await labMachineHandler.create(labContext(root), inputs);
    pool = createSshPool({ root });
    const connection = { kind: "lab", host: inputs.name, directory: inputs.directory } as const;
    const transport = await pool.transport(connection);
    await transport.run(sh`echo kept >/root/kept`);
    const facts = await gatherFacts(transport);
    place = await openPlace(
      { transport, connection, facts },
      { session: "e2e-boot", root, signal: new AbortController().signal, progress: () => undefined },
    );
    await place.harness.request("calibrate", { starters: [] }, { timeoutSeconds: 300 });
  });
  after(async () => {
    await place?.close();
    await pool?.close();
    if (stored !== undefined) await labMachineHandler.delete(labContext(root), { inputs, ...stored });
    await rm(root, { recursive: true, force: true });
  });

  it("is timed from before QEMU's start to the first command, in phases that add up, over a new system", async (t) => {
    const before = (await place.transport.run(sh`cat /proc/sys/kernel/random/boot_id`)).stdout;
    const begun = process.hrtime.bigint();
    const measurement = await boot.measure(place, variant, {});
    assert.ok(measurement.outcome === "measured", JSON.stringify(measurement));
    const { values, stamps } = measurement;
    const { total = 0, banner = 0, login = 0, guestUptime = 0 } = values;
    const phases = ["down", "console", "init", "banner", "login"].reduce((sum, name) => sum + (values[name] ?? 0), 0);
    assert.ok(Math.abs(phases - total) < 1e-6, JSON.stringify(values));
    assert.ok(banner > 0 && login > 0 && guestUptime > 1 && guestUptime < total, JSON.stringify(values));
    assert.ok(begun < BigInt(stamps.start ?? 0) && BigInt(stamps.answered ?? 0) < process.hrtime.bigint());
    assert.notEqual((await place.transport.run(sh`cat /proc/sys/kernel/random/boot_id`)).stdout, before);
    t.diagnostic(JSON.stringify(values));
  });

  it("starts from the disk as the session found it, and leaves the measuring program running and no drift", async () => {
    assert.equal((await place.transport.run(sh`cat /root/kept`)).stdout, "kept\n");
    const ready = await place.harness.request("before", undefined, { timeoutSeconds: 300 });
    assert.ok(Number.isFinite(ready["control.seconds"]));
    assert.ok(stored !== undefined);
    const live = await labMachineHandler.read(labContext(root), { inputs, ...stored });
    assert.deepEqual(live, { inputs, outputs: stored.outputs });
    const directory = join(root, inputs.directory);
    assert.ok(existsSync(join(directory, "snapshot.qcow2")));
    assert.equal((await readMachine(directory))?.uuid, stored.id);
  });
});
