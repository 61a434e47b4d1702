import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type Sshd, startSshd } from "../lab/sshd.ts";
import { accessTo, thisDistribution } from "../lab/this-machine.ts";
import { usableHost } from "../lab/usable-host.ts";
import { forgetStack } from "./launcher.ts";
import { distrobench, root } from "./project.ts";

const stack = "zz-lost-state";
const TARGET = "/etc/default/zz-lost-state";
/** With a folder of its own in a place that the inventory looks at. */
const inside = [...usableHost, "sh", "-c", 'mount -t tmpfs none /etc/default && exec "$@"', "sh"];
const skip = spawnSync("env", [...inside, "true"]).status !== 0 && "needs root, and leave to mount";

describe("a stack whose state was lost while it was up", { concurrency: false, skip, timeout: 600_000 }, () => {
  let sshd: Sshd;
  const states = join(root, ".distrobench/state/.pulumi/stacks/distrobench");

  before(async () => {
    sshd = await startSshd({ inside });
    writeFileSync(join(root, `stacks/${stack}.conf`), "wanted\n");
    const files = [{ source: `stacks/${stack}.conf`, target: TARGET }];
    const box = { distribution: thisDistribution(), ssh: accessTo(sshd), files };
    writeFileSync(join(root, `stacks/${stack}.yaml`), JSON.stringify({ version: 1, title: "Lost", hosts: { box } }));
  });
  after(async () => {
    await distrobench("destroy", stack);
    await sshd?.stop();
    forgetStack(stack);
  });

  it("is brought up again, and its destroy compares with the host as it was found the first time", async () => {
    const first = await distrobench("up", stack);
    assert.equal(first.code, 0, first.output);
    for (const file of readdirSync(states)) if (file.startsWith(`${stack}.json`)) rmSync(join(states, file));
    const again = await distrobench("up", stack);
    assert.equal(again.code, 0, again.output);
    assert.match(
      again.output,
      /box: changed by zz-lost-state before \(.*before-packages\.json\), so the inventory of then stays/,
    );
    const differs = await distrobench("inventory", "box", "--stack", stack, "--diff");
    assert.equal(differs.code, 1, differs.output);
    assert.ok(differs.stdout.includes(`files ${TARGET}: was not there`), differs.stdout);
    const destroyed = await distrobench("destroy", stack);
    assert.equal(destroyed.code, 0, destroyed.output);
    assert.equal(destroyed.output.includes(TARGET), false, destroyed.output);
  });
});
