import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { hostHandler, packagesHandler } from "../../../hosts/handler.ts";
import { createSshPool, type SshPool, sh } from "../../../hosts/index.ts";
import { hostInputs, packagesInputs } from "../../../hosts/schema.ts";
import { bootMachines, type Machine, type Machines } from "../../lab/machines.ts";
import { operationContext } from "../../lab/operation-context.ts";

/** Other machines of the tests have their packages from the making of their disk; this one gets them as a host of somebody's does. */
describe("a running Debian that gets engines and the rest from its mirror", { timeout: 3_600_000 }, () => {
  const root = mkdtempSync(join(tmpdir(), "distrobench-packages-"));
  let machines: Machines;
  let machine: Machine;
  let pool: SshPool;

  before(async () => {
    machines = await bootMachines(["bare"], []);
    const [only] = machines.all;
    assert.ok(only !== undefined);
    machine = only;
    pool = createSshPool({ root: "/" });
  });
  after(async () => {
    await pool?.close();
    await machines?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  it("is as it was found when they are taken away: group, bridge, firewall, units and files too", async () => {
    const { connection } = machine;
    const transport = await pool.transport(connection);
    const told: string[] = [];
    const context = operationContext(transport, (line) => void told.push(line), root);
    const place = hostInputs.parse({ name: "bare", connection, distribution: "debian", release: "trixie" });
    const host = await hostHandler.create(context, place);
    const wanted = ["docker", "podman", "git", "python", "node", "curl"];
    const inputs = packagesInputs.parse({ host: "bare", connection, distribution: "debian", wanted });
    const { id, outputs } = await packagesHandler.create(context, inputs);
    assert.deepEqual(Object.keys(outputs.engines), ["docker", "podman"]);
    const used = sh`docker info >/dev/null && podman info >/dev/null && grep '^docker:' /etc/group && ls -d /sys/class/net/docker0`;
    assert.match((await transport.run(used, { timeoutSeconds: 300 })).stdout, /^docker:.*\n.*docker0\n$/);
    await packagesHandler.delete(context, { id, inputs, outputs });
    told.length = 0;
    await hostHandler.delete(context, { id: host.id, inputs: place, outputs: host.outputs });
    assert.deepEqual(told, ["bare: as it was found"]);
    // What the inventory does not look at, since it may be somebody's.
    const stores = sh`ls -d /var/lib/docker /var/lib/containerd /var/lib/containers 2>/dev/null || true`;
    assert.equal((await transport.run(stores)).stdout, "");
  });
});
