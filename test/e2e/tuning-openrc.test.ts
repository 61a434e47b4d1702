import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { sh, type Transport } from "../../hosts/index.ts";
import { shellHost } from "../../kernel-tuning/host/shell-host.ts";
import { restoreHost } from "../../kernel-tuning/index.ts";
import { createTuningHandler } from "../../kernel-tuning/tuning-handler.ts";
import { contextOf, inputsOf } from "../kernel-tuning/memory-host.ts";
import { type ContractRoot, makeContractRoot } from "../lab/contract-root.ts";

const service = (depend: string) =>
  `#!/sbin/openrc-run\ndepend() {\n\t${depend}\n}\nstart() { echo "$RC_SVCNAME" >>/tmp/started; }\nstop() { :; }\n`;
/** `further` needs what `base` is only one way to provide. */
const SERVICES = { base: "provide thing", needs: "need thing", further: "need needs", idle: "need base", uses: "use base" };

describe("a service that rests for a run, over a real OpenRC and busybox", () => {
  let root: ContractRoot;
  const said: string[] = [];
  const signal = new AbortController().signal;
  const host = () => shellHost(root.transport as Transport, signal);
  const handler = createTuningHandler(async () => host());
  const inputs = { ...inputsOf({ "service.base": "stopped" }), distribution: "alpine" as const };
  const run = async (script: ReturnType<typeof sh>) => (await root.transport.run(script)).stdout.trim();
  const running = async () =>
    await run(
      sh`for n in ${Object.keys(SERVICES)}; do if rc-service "$n" status >/dev/null 2>&1; then printf '%s ' "$n"; fi; done`,
    );
  const STARTED = "base needs further uses";

  before(async () => {
    root = makeContractRoot(["openrc"]);
    for (const [name, depend] of Object.entries(SERVICES)) root.write(`etc/init.d/${name}`, service(depend), 0o755);
    root.write("run/openrc/softlevel", "default\n");
    root.write("proc/sys/kernel/random/boot_id", "first\n");
    for (const state of ["starting", "started", "stopping", "inactive", "failed", "exclusive", "daemons", "options", "tmp"])
      mkdirSync(join(root.path, "run/openrc", state));
    await run(sh`for n in base needs further uses; do rc-service "$n" start; done; rm -f /tmp/started`);
  });
  after(() => root?.remove());

  test("is stopped with what needs it, and all of that runs again after destroy; no drift and no second write in between", async () => {
    assert.equal(await running(), STARTED);
    const { id, outputs } = await handler.create(contextOf(said), inputs);
    assert.equal(await running(), "uses");
    assert.deepEqual(
      outputs.baseline.cells.map(({ name, before: found }) => `${name} ${found}`),
      ["further running", "needs running", "base running"],
    );
    assert.deepEqual(await handler.read(contextOf(said), { id, inputs, outputs }), { inputs, outputs });
    const again = await handler.update(contextOf(said), { id, inputs, outputs }, inputs);
    assert.deepEqual(again.written, outputs.written);
    await handler.delete(contextOf(said), { id, inputs, outputs: again });
    assert.equal(await running(), STARTED);
    assert.deepEqual((await run(sh`cat /tmp/started; rm /tmp/started`)).split("\n"), ["base", "needs", "further"]);
    assert.deepEqual([said, await run(sh`ls -A /var/lib/distrobench 2>/dev/null || :`)], [[], ""]);
  });

  test("comes back with it by the host's own record, without the state", async () => {
    await handler.create(contextOf(said), inputs);
    const restored = await restoreHost(host(), { force: false });
    assert.deepEqual([restored?.restored, restored?.failures, restored?.conflicts], [3, [], []]);
    assert.equal(await running(), STARTED);
  });
});
