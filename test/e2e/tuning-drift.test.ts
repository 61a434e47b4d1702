import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { readSession } from "../../benchmarks/index.ts";
import { summarise } from "../../benchmarks/statistics/index.ts";
import { connectionSchema, createSshPool, type Shell, type SshPool, sh } from "../../hosts/index.ts";
import { ownMachine } from "../lab/own-machine.ts";
import { type Sshd, startSshd } from "../lab/sshd.ts";
import { accessTo, thisDistribution } from "../lab/this-machine.ts";
import { forgetStack } from "./launcher.ts";
import { distrobench, type Ended, root, sessionsOf } from "./project.ts";

const STACK = "zz-drift";
/** The kernel has one for every IPC namespace, so that of the host is nobody else's. */
const KNOB = "sysctl.kernel.msgmax";
const drift = { host: "box", knob: KNOB, expected: "9000", found: "5000" };

describe("a benchmark and the tuning of its host", { concurrency: false, skip: process.getuid?.() !== 0 && "needs root" }, () => {
  let server: Sshd;
  let pool: SshPool;

  before(async () => {
    forgetStack(STACK);
    server = await startSshd({ inside: ownMachine(STACK, { namespaces: ["--ipc"] }) });
    pool = createSshPool({ root });
  });
  after(async () => {
    const { code, output } = await distrobench("destroy", STACK);
    await pool?.close();
    await server?.stop();
    forgetStack(STACK);
    assert.equal(code, 0, output);
  });

  /** JSON is YAML. Another seed or another command is a reason to measure again. */
  const declare = (seed: number, command = "true") => {
    const box = { distribution: thisDistribution(), ssh: accessTo(server), tuning: { knobs: { [KNOB]: "9000" } } };
    const run = { test: "command", hosts: ["box"], blocks: 1, seed, noisyHost: true, parameters: { command } };
    const matrix = { version: 1, title: "A drift", packages: ["node"], hosts: { box }, benchmarks: { run } };
    writeFileSync(join(root, "stacks", `${STACK}.yaml`), JSON.stringify(matrix));
  };
  const onHost = async (script: Shell) => {
    const transport = await pool.transport(connectionSchema.parse({ kind: "ssh", host: "box", ...accessTo(server) }));
    return (await transport.run(script)).stdout.trim();
  };
  const value = async () => await onHost(sh`cat /proc/sys/kernel/msgmax`);
  const newest = () => readSession(sessionsOf(STACK).at(-1) ?? "");

  /** Measures without a look at the tuning: nothing but the benchmark is brought up to date. */
  async function measureOnly(): Promise<Ended> {
    const command = `eval "$(./distrobench env)" && pulumi up --stack ${STACK} --yes --skip-preview --target '**:Benchmark::**' 2>&1`;
    const ended = promisify(execFile)("bash", ["-c", command], { cwd: root });
    return await ended.then(
      ({ stdout }) => ({ code: 0, output: stdout, stdout }),
      ({ code, stdout }: { code: number; stdout: string }) => ({ code, output: stdout, stdout }),
    );
  }

  it("measures where every value is as it was set, and keeps when that was", async () => {
    declare(1);
    const { code, output } = await distrobench("up", STACK);
    assert.equal(code, 0, output);
    const { session } = newest();
    assert.equal(session.outcome, "complete");
    assert.equal(session.drifts, undefined);
    assert.match(session.tunings?.box?.at ?? "", /^\d{4}-\d\d-\d\dT/);
  });

  it("refuses to start when a value has changed since, names it, and writes no session", async () => {
    const sessions = sessionsOf(STACK);
    await onHost(sh`echo 5000 >/proc/sys/kernel/msgmax`);
    declare(2);
    const { code, output } = await measureOnly();
    assert.notEqual(code, 0, output);
    assert.match(output, /run was not measured, because the tuning has changed since it was set/);
    assert.match(output, /box: sysctl\.kernel\.msgmax: expected 9000, found 5000/);
    assert.match(output, /\.\/distrobench up zz-drift sets it again and then measures/);
    assert.deepEqual(sessionsOf(STACK), sessions);
    assert.equal(await value(), "5000");
  });

  it("measures after the next up, which sets the value again", async () => {
    const sessions = sessionsOf(STACK).length;
    const { code, output } = await distrobench("up", STACK);
    assert.equal(code, 0, output);
    assert.equal(await value(), "9000");
    assert.equal(sessionsOf(STACK).length, sessions + 1);
    assert.equal(newest().session.drifts, undefined);
  });

  it("calls a session invalid in which a value was changed, names it, and keeps every sample", async () => {
    declare(3, "echo 5000 >/proc/sys/kernel/msgmax");
    const { output } = await distrobench("up", STACK);
    const data = newest();
    assert.deepEqual(data.session.drifts, [drift], output);
    assert.equal(data.session.outcome, "complete");
    assert.equal(data.samples.filter(({ role, validity }) => role === "measured" && validity.status !== "invalid").length, 2);
    const { state } = summarise(data);
    assert.equal(state.status, "invalid");
    assert.ok(
      state.reasons.some(({ rule, detail }) => rule === "tuning-drift" && detail.startsWith(`box: ${KNOB}: expected 9000`)),
    );
    assert.match(output, /box: sysctl\.kernel\.msgmax: expected 9000, found 5000, when the last sample was taken/);
  });
});
