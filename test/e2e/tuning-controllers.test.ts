import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { restore } from "../../cli/commands/restore.ts";
import { createSshPool, type OperationContext, type SshPool, sh, UserError } from "../../hosts/index.ts";
import { tuningHandler } from "../../kernel-tuning/handler.ts";
import { tuningInputs } from "../../kernel-tuning/schema.ts";
import { memoryContext } from "../cli/memory-context.ts";
import { type Sshd, startSshd } from "../lab/sshd.ts";
import { accessTo } from "../lab/this-machine.ts";
import { connectionTo } from "../perf/loopback.ts";

/** A server that sees a file in the place of a knob, and a /var/lib of its own. */
const inside = [
  ...["unshare", "--mount", "sh", "-c"],
  'mount -t tmpfs none /var/lib && mount -t tmpfs none /proc/sys/vm && echo 60 >/proc/sys/vm/swappiness && exec "$@"',
  "sh",
];
const skip = spawnSync("env", [...inside, "true"]).status !== 0 && "needs root, and leave to mount";

describe("two controllers of one host", { concurrency: false, skip, timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "distrobench-checkouts-"));
  const pools = new Map<string, SshPool>();
  let sshd: Sshd;

  before(async () => {
    sshd = await startSshd({ inside });
    const ssh = JSON.stringify(accessTo(sshd));
    const matrix = `version: 1\ntitle: One host\npackages: []\nhosts:\n  box: { distribution: debian, ssh: ${ssh} }\n`;
    for (const checkout of ["laptop", "desktop"]) {
      mkdirSync(join(folder, checkout, "stacks"), { recursive: true });
      writeFileSync(join(folder, checkout, "stacks/demo.yaml"), matrix);
      pools.set(checkout, createSshPool({ root: join(folder, checkout) }));
    }
  });
  after(async () => {
    for (const pool of pools.values()) await pool.close();
    await sshd?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const poolOf = (checkout: string): SshPool => {
    const pool = pools.get(checkout);
    assert.ok(pool !== undefined);
    return pool;
  };
  const context = (checkout: string): OperationContext => ({
    ...{ urn: "", root: join(folder, checkout), stack: "demo", signal: new AbortController().signal },
    ...{ progress: () => undefined, info: () => undefined, warn: () => undefined },
    transport: (connection) => poolOf(checkout).transport(connection),
    exclusive: (_machine, work) => work(),
  });
  const inputs = () =>
    tuningInputs.parse({
      ...{ host: "box", connection: connectionTo("box", sshd), machine: "box", distribution: "debian", profile: "test" },
      knobs: { "sysctl.vm.swappiness": "10" },
    });
  const seen = async () => {
    const transport = await poolOf("laptop").transport(connectionTo("box", sshd));
    const script = sh`cat /proc/sys/vm/swappiness; ls -d /var/lib/distrobench 2>/dev/null || echo no record`;
    return (await transport.run(script)).stdout.trim().split("\n");
  };
  const restored = async (checkout: string, force = false) => {
    const { context: around, stderr } = memoryContext({ root: join(folder, checkout) });
    await restore(around, "box", { stack: "demo", force });
    return stderr();
  };

  it("that both begin at once: one has it, the other changes nothing and is told whose it is", async () => {
    const ended = await Promise.allSettled(
      ["laptop", "desktop"].map(async (checkout) => await tuningHandler.create(context(checkout), inputs())),
    );
    const [winner, ...more] = ended.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const [reason] = ended.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    assert.ok(winner !== undefined && more.length === 0 && reason instanceof UserError, String(reason));
    const name = winner.outputs.baseline.controller?.name ?? "";
    assert.ok(reason.message.includes(`by demo/box of ${name} since `), reason.message);
    await tuningHandler.delete(context(name.split("/").at(-1) ?? ""), { ...winner, inputs: inputs() });
    assert.deepEqual(await seen(), ["60", "no record"]);
  });

  it("is put back by the one that tuned it, with its state lost; the other has to force that", async () => {
    await tuningHandler.create(context("laptop"), inputs());
    await assert.rejects(restored("desktop"), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /^the tuning on box is by demo\/box of \S+laptop since /);
      assert.match(error.remedy ?? "", /restore box --stack demo --force$/);
      return true;
    });
    assert.deepEqual(await seen(), ["10", "/var/lib/distrobench"]);
    assert.match(await restored("laptop"), /box: 1 value and 0 files put back/);
    assert.deepEqual(await seen(), ["60", "no record"]);
  });

  it("is had by the other after that, and what the first one still has in its state takes nothing away", async () => {
    const lost = await tuningHandler.create(context("laptop"), inputs());
    assert.match(await restored("desktop", true), /box: 1 value and 0 files put back/);
    const mine = await tuningHandler.create(context("desktop"), inputs());
    await assert.rejects(
      tuningHandler.delete(context("laptop"), { ...lost, inputs: inputs() }),
      /tuned already, by .*desktop since/,
    );
    assert.deepEqual(await seen(), ["10", "/var/lib/distrobench"]);
    await tuningHandler.delete(context("desktop"), { ...mine, inputs: inputs() });
    await tuningHandler.delete(context("laptop"), { ...lost, inputs: inputs() });
    assert.deepEqual(await seen(), ["60", "no record"]);
  });
});
