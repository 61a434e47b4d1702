import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { readSession } from "../../benchmarks/index.ts";
import { distrobench, newestOperations, processesWith, root, sessionsOf, start } from "./project.ts";

const stack = "ci";
const machine = join(root, ".distrobench/lab", stack, "debian-13");
const run = promisify(execFile);

async function onHost(command: string): Promise<string> {
  const { stdout } = await run("ssh", ["-F", join(machine, "ssh_config"), "debian-13", command], { timeout: 120_000 });
  return stdout.trim();
}

/** A process of ours on the host: the measuring program, a container of a sample, or a wrapped command. */
async function oursOnHost(): Promise<string> {
  return await onHost("ps -eo args= | grep -E 'distrobench|waitress|READY' | grep -v 'grep\\|qemu-system' || true");
}

function qemuProcesses(): string[] {
  return processesWith(machine).filter((line) => line.startsWith("qemu-system"));
}

describe("a matrix of lab machines goes up, stays, is repaired and goes down", { concurrency: false }, () => {
  before(async () => assert.equal((await distrobench("destroy", stack)).code, 0));
  after(async () => assert.equal((await distrobench("destroy", stack)).code, 0));

  it("makes the machine, delivers one image to both engines, measures and reports", async () => {
    const { code, output } = await distrobench("up", stack);
    assert.equal(code, 0, output);
    const directory = sessionsOf(stack).at(-1);
    assert.ok(directory !== undefined, output);
    const data = readSession(directory);
    assert.equal(data.session.outcome, "complete");
    assert.deepEqual(data.warnings, []);
    const measured = data.samples.filter((sample) => sample.role === "measured");
    for (const { id } of data.session.variants)
      assert.ok(measured.filter(({ variant }) => variant === id).length >= data.session.design.blocks, `too few samples of ${id}`);
    assert.ok(measured.every(({ validity, values }) => validity.status === "failed" || Object.values(values).every((value) => value > 0)));
    for (const page of ["index.html", "report.md", "report.json"]) assert.ok(existsSync(join(root, "results/report-ci", page)), page);
    assert.match(readFileSync(join(root, "results/report-ci/index.html"), "utf8"), /not comparable with hardware/);
  });

  it("prints metrics as the stack's outputs through plain pulumi", async () => {
    const { stdout } = await run("bash", ["-c", `eval "$(./distrobench env)" && pulumi stack output --json --stack ${stack}`], { cwd: root });
    const outputs = JSON.parse(stdout);
    const metrics = Object.values(outputs.metrics)[0] as Record<string, Record<string, { median: number; unit: string; n: number }>>;
    for (const variant of ["debian-13/docker", "debian-13/podman"]) {
      const metric = Object.values(metrics[variant] ?? {})[0];
      assert.ok(metric !== undefined && metric.median > 0 && metric.unit === "s", `${variant}: ${JSON.stringify(metrics)}`);
    }
  });

  it("has nothing to do the second time: no session, no image byte, one handshake", async () => {
    const before = sessionsOf(stack).length;
    const { code, output } = await distrobench("up", stack);
    assert.equal(code, 0, output);
    assert.equal(sessionsOf(stack).length, before);
    const lines = newestOperations(stack);
    assert.deepEqual(lines.filter(({ operation }) => operation !== undefined && operation !== "read"), []);
    const transports = lines.filter(({ type }) => type === "transport");
    assert.deepEqual(transports.map(({ handshakes }) => handshakes), [1]);
    assert.ok(transports.every(({ bytesSent }) => Number(bytesSent) < 100_000), JSON.stringify(transports));
  });

  it("shows an image removed by hand in a plain preview, and puts it back without measuring again", async () => {
    const sessions = sessionsOf(stack).length;
    await onHost("podman rmi --force --all >/dev/null 2>&1");
    const shown = await distrobench("preview", stack);
    assert.equal(shown.code, 0, shown.output);
    assert.match(shown.output, /DeliveredImage/);
    const { code, output } = await distrobench("up", stack);
    assert.equal(code, 0, output);
    assert.match(await onHost("podman images --format '{{.Repository}}'"), /model-server/);
    assert.equal(sessionsOf(stack).length, sessions);
  });

  it("shows a machine that died in a plain preview, and starts it again", async () => {
    const [line] = qemuProcesses();
    assert.ok(line !== undefined, "no QEMU process");
    await run("pkill", ["-KILL", "-f", `${machine.replaceAll("/", "\\/")}`]).catch(() => undefined);
    await sleep(500);
    assert.deepEqual(qemuProcesses(), []);
    const shown = await distrobench("preview", stack);
    assert.equal(shown.code, 0, shown.output);
    assert.match(shown.output, /LabMachine/);
    const { code, output } = await distrobench("up", stack);
    assert.equal(code, 0, output);
    assert.equal(qemuProcesses().length, 1);
    assert.equal(await onHost("echo alive"), "alive");
  });
});

export { oursOnHost, start };
