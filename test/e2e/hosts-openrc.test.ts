import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { distributionOf } from "../../hosts/distribution.ts";
import { examinationScript } from "../../hosts/examine/script.ts";
import { parseSections } from "../../hosts/facts/parse.ts";
import { factsScript } from "../../hosts/facts/script.ts";
import type { Shell } from "../../hosts/index.ts";
import { openrc } from "../../hosts/packages/openrc.ts";
import { type ContractRoot, makeContractRoot } from "../lab/contract-root.ts";

const service = (start: string) => `#!/sbin/openrc-run\nstart() { ${start}; }\nstop() { :; }\n`;

describe("services over a real OpenRC and busybox", () => {
  let root: ContractRoot;
  const run = async (script: Shell) => (await root.transport.run(script)).stdout.trim();
  const states = async () => (await run(openrc.states(["demo", "broken", "nothing"]))).split("\n");

  before(() => {
    root = makeContractRoot(["openrc"]);
    root.write("etc/init.d/demo", service(":"), 0o755);
    root.write("etc/init.d/broken", service("return 1"), 0o755);
    root.write("run/openrc/softlevel", "default\n");
    // What `openrc sysinit` makes at boot.
    for (const state of ["starting", "started", "stopping", "inactive", "failed", "exclusive", "daemons", "options", "tmp"])
      mkdirSync(join(root.path, "run/openrc", state));
  });
  after(() => root?.remove());

  test("start, say so, and stop; each may be repeated", async () => {
    assert.deepEqual(await states(), ["demo inactive", "broken inactive", "nothing unknown"]);
    for (const _ of [1, 2]) await run(openrc.start("demo"));
    assert.equal((await states())[0], "demo active");
    for (const _ of [1, 2]) await run(openrc.stop("demo"));
    assert.equal((await states())[0], "demo inactive");
  });

  test("fail loudly when one does not start", async () => {
    await assert.rejects(run(openrc.start("broken")), /exit code 1/);
    assert.equal((await states())[1], "broken inactive");
  });

  test("are put into the default runlevel and taken out again, leaving it as it was", async () => {
    const level = join(root.path, "etc/runlevels/default");
    const before = readdirSync(level);
    assert.deepEqual(await run(openrc.enablement(["demo"])), "demo disabled");
    for (const _ of [1, 2]) await run(openrc.enable("demo"));
    assert.deepEqual(await run(openrc.enablement(["demo"])), "demo enabled");
    for (const _ of [1, 2]) await run(openrc.disable("demo"));
    assert.deepEqual(readdirSync(level), before);
  });

  test("run beside facts and preflight questions that busybox's shell understands", async () => {
    const { stderr: first } = await root.transport.run(factsScript());
    const script = examinationScript(distributionOf("alpine"));
    await run(openrc.start("demo"));
    const { stdout, stderr } = await root.transport.run(script);
    assert.deepEqual([first, stderr], ["", ""]);
    const names = ["held", "command-line-files", "background", "ntp", "throttled", "pci", "modules", "interrupts"];
    for (const name of names) assert.ok(parseSections(stdout).has(name), name);
  });
});
