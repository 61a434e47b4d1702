import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { coldStart } from "../../../benchmarks/cold-start/index.ts";
import type { VariantInput } from "../../../benchmarks/schema.ts";
import { sh } from "../../../hosts/index.ts";
import { type BootMachine, openBootMachine } from "../../lab/boot-place.ts";
import { NODE_SERVER } from "../node-image.ts";

const image = "distrobench-e2e-ways";

/** An image of the machine's own Node.js with what it needs, for both engines: no registry and no package is needed. */
const importImage = sh`root=$(mktemp -d)
cp --parents --dereference $(command -v node) $(ldd $(command -v node) | grep -o '/[^ ]*') "$root"
[ ! -d /usr/share/nodejs ] || cp --parents --recursive --dereference /usr/share/nodejs "$root" 2>/dev/null || :
printf %s ${NODE_SERVER} >"$root/server.js"
mkdir -p "$root/tmp"
tar --create --directory "$root" --file "$root.tar" .
for engine in docker podman; do
  $engine import --change 'ENTRYPOINT ["/usr/bin/node", "/server.js"]' "$root.tar" ${image}
done`;

describe("cold starts of both engines in each way, on a lab machine", { timeout: 1_800_000 }, () => {
  let machine: BootMachine;
  before(async () => {
    machine = await openBootMachine("cold-start-ways");
    await machine.place.transport.run(importImage, { timeoutSeconds: 600 });
  });
  after(async () => await machine?.close());

  const measure = (engine: "docker" | "podman", given: Readonly<Record<string, unknown>>) => {
    const place = { host: "here", machine: "here", environment: "e", labels: {} };
    const variant: VariantInput = { id: `here/${engine}`, ...place, engine, image };
    return coldStart.measure(machine.place, variant, { limits: { cpuset: "0", memoryBytes: 2 ** 28 }, ...given });
  };

  it("skips Podman's socket where nothing answers on it, and says so", async () => {
    await machine.place.transport.run(sh`systemctl stop podman.socket podman.service`, { accept: "any" });
    const found = await measure("podman", { trigger: "socket" });
    assert.match(found.outcome === "skipped" ? found.cause : found.outcome, /no API of podman answers on \/run\/podman/);
  });

  for (const engine of ["docker", "podman"] as const)
    for (const trigger of ["cli", "socket"] as const)
      for (const address of ["published", "container"] as const)
        it(`${engine}, ${trigger}, ${address}: is a whole start within its limits, and leaves nothing`, async (t) => {
          await machine.place.transport.run(sh`systemctl start podman.socket`);
          const found = await measure(engine, { trigger, address });
          assert.ok(found.outcome === "measured", JSON.stringify(found));
          assert.deepEqual(found.identities, { "limits.cpuset": "0", "limits.memoryBytes": String(2 ** 28) });
          const { create = 0, start = 0, listen = 0, respond = 0, total = 0 } = found.values;
          assert.ok(Math.abs(create + start + listen + respond - total) < 1e-9, JSON.stringify(found.values));
          const { stdout } = await machine.place.transport.run(sh`${engine} ps --all --quiet`);
          assert.equal(stdout, "");
          t.diagnostic(JSON.stringify(found.values));
        });
});
