import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { memory } from "../../../benchmarks/memory/index.ts";
import { sh } from "../../../hosts/index.ts";
import { type BootMachine, openBootMachine } from "../../lab/boot-place.ts";

/** Holds 60 MB from its start, beside what Node.js itself takes. */
const SERVER = `globalThis.held = Buffer.alloc(60e6, 1); require("node:http").createServer((request, response) => {
  request.resume(); response.end("ok"); }).listen(5000, () => console.log("READY " + process.hrtime.bigint()));`;
/** Room for two of them and not for three. */
const CROWD_MEMORY = "180M";

describe("containers beside each other until the kernel has no memory for them", { timeout: 1_800_000 }, () => {
  let machine: BootMachine;
  let digest: string;
  const run = async (script: ReturnType<typeof sh>) =>
    (await machine.place.transport.run(script, { timeoutSeconds: 300 })).stdout.trim();

  before(async () => {
    machine = await openBootMachine("density-e2e");
    const command = JSON.stringify(["/usr/bin/node", "-e", SERVER]);
    const entry = `CMD ${command}`;
    digest = await run(sh`set -e
mkdir -p /etc/docker
echo '{ "cgroup-parent": "crowd.slice" }' >/etc/docker/daemon.json
systemctl set-property --runtime crowd.slice MemoryMax=${CROWD_MEMORY} MemorySwapMax=0
systemctl restart docker
mkdir /tmp/root
cp -RL --parents /usr/bin/node /usr/share/nodejs $(ldd /usr/bin/node | grep -o '/[^ ]*') /tmp/root
tar -C /tmp/root -c . | docker import --change ${entry} - crowd:1 >/dev/null
docker image inspect --format '{{.Id}}' crowd:1`);
  });
  after(async () => await machine?.close());

  it("counts those that fit, names the end, and leaves none of them", async (t) => {
    const variant = {
      ...{ id: "density-e2e/docker", host: "density-e2e", machine: "here", environment: "e", labels: {} },
      ...{ engine: "docker" as const, image: "crowd:1", imageDigest: digest },
    };
    const density = { maximum: 5, seconds: 3, p95Limit: 30, availableFloor: 0 };
    const found = await memory.measure(machine.place, variant, { restSeconds: 1, readings: 1, rate: 1, density });
    assert.ok(found.outcome === "measured", JSON.stringify(found));
    t.diagnostic(JSON.stringify({ values: found.values, conditions: found.conditions, series: found.series }));
    assert.equal(found.values.containers, 2);
    assert.equal(found.conditions?.["density.end.oom"], 1);
    assert.ok((found.values.restPss ?? 0) > 60e6);
    assert.equal(await run(sh`docker ps --all --quiet`), "");
    assert.match(await run(sh`cat /sys/fs/cgroup/crowd.slice/memory.events`), /oom_kill [1-9]/);
  });
});
