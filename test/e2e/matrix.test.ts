import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { readSession } from "../../benchmarks/index.ts";
import { descendants, distrobench, newestOperations, type Process, processesWith, root, sessionsOf, start } from "./project.ts";

const stack = "ci";
const machine = join(root, ".distrobench/lab", stack, "debian-13");
const run = promisify(execFile);
/**
 * What a process of ours looks like on a host: the measuring program and a command's keeper. An engine that clears a container away is
 * not one: killing it would leave half a container.
 */
const OURS = "ps -eo args= | grep distrobench | grep -vE 'grep|^([a-z/]*/)?(podman|conmon|docker)' || true";
/** The server of a sample. An engine may be just starting it, and then takes it away: seconds on an emulated machine. */
const SERVERS = "for i in $(seq 60); do pgrep -f '[/]opt/model-server' >/dev/null || exit 0; sleep 0.5; done; ps -eo args=";

async function onHost(command: string): Promise<string> {
  const { stdout } = await run("ssh", ["-F", join(machine, "ssh_config"), "debian-13", command], { timeout: 120_000 });
  return stdout.trim();
}

/** An open session that looks at the host's processes two seconds after it is told to: dialling then would take too long. */
function observer(): { look(): Promise<string> } {
  const child = spawn("ssh", ["-F", join(machine, "ssh_config"), "debian-13", `read go; sleep 2; ${OURS}`]);
  let seen = "";
  child.stdout.on("data", (chunk) => {
    seen += chunk;
  });
  const closed = new Promise<string>((resolve) => child.on("close", () => resolve(seen.trim())));
  return {
    look: async () => {
      child.stdin.end("go\n");
      return await closed;
    },
  };
}

const uuids = new Set<string>();

/** QEMU processes of every machine this test has seen in the stack's folder. */
function qemuProcesses(): Process[] {
  const record = join(machine, "machine.json");
  if (existsSync(record)) uuids.add((JSON.parse(readFileSync(record, "utf8")) as { uuid: string }).uuid);
  return processesWith("qemu-system").filter(({ command }) => [...uuids].some((uuid) => command.includes(uuid)));
}

describe("a matrix of lab machines goes up, stays, is repaired and goes down", { concurrency: false }, () => {
  before(async () => assert.equal((await distrobench("destroy", stack)).code, 0));
  after(async () => assert.equal((await distrobench("destroy", stack)).code, 0));

  it("leaves no program of ours on the host two seconds after ^C in the middle of measuring, and soon no container; keeps the samples", async () => {
    const up = start(["up", stack]);
    await up.seen(/block 1\/2/);
    const watch = observer();
    await sleep(5000);
    up.signal("SIGINT");
    assert.equal(await watch.look(), "");
    assert.equal(await onHost(SERVERS), "");
    const { code, output } = await up.ended;
    assert.equal(code, 130, output);
    const data = readSession(sessionsOf(stack).at(-1) ?? "");
    assert.equal(data.session.outcome, "interrupted");
    assert.ok(data.samples.length > 0);
  });

  it("goes on after ^C: one image for both engines, every variant measured, a report", async () => {
    const { code, output } = await distrobench("up", stack);
    assert.equal(code, 0, output);
    const lines = newestOperations(stack);
    assert.deepEqual(
      lines.filter(({ operation, name }) => operation === "create" && name === "debian-13"),
      [],
    );
    const data = readSession(sessionsOf(stack).at(-1) ?? "");
    assert.equal(data.session.outcome, "complete");
    assert.deepEqual(data.warnings, []);
    // The block that ^C cut stays in the data, counted out; another one took its place.
    const cut = data.samples.filter(
      ({ validity }) => "reasons" in validity && validity.reasons.some(({ rule }) => rule === "cut-block"),
    );
    const measured = data.samples.filter((sample) => sample.role === "measured" && !cut.includes(sample));
    for (const { id } of data.session.variants)
      assert.equal(
        new Set(measured.filter(({ variant }) => variant === id).map(({ block }) => block)).size,
        data.session.design.blocks,
        id,
      );
    const values = measured
      .filter(({ validity }) => validity.status !== "failed")
      .flatMap((sample) => Object.values(sample.values));
    assert.ok(values.length > 0 && values.every((value) => value >= 0));
    for (const page of ["index.html", "report.md", "report.json"])
      assert.ok(existsSync(join(root, "results/report-ci", page)), page);
    assert.match(readFileSync(join(root, "results/report-ci/index.html"), "utf8"), /not comparable with hardware/);
  });

  it("gives the metrics as outputs of the stack to plain pulumi", async () => {
    const command = `eval "$(./distrobench env)" && pulumi stack output --json --stack ${stack}`;
    const { stdout } = await run("bash", ["-c", command], { cwd: root });
    const { metrics } = JSON.parse(stdout) as {
      metrics: Record<string, Record<string, Record<string, { median: number; unit: string }>>>;
    };
    for (const variant of ["debian-13/docker", "debian-13/podman"]) {
      const total = metrics["cold-start"]?.[variant]?.total;
      assert.ok(total !== undefined && total.median > 0 && total.unit === "s", JSON.stringify(metrics));
    }
  });

  it("has nothing to do the second time: no session, no image byte, one handshake", async () => {
    const sessions = sessionsOf(stack).length;
    const { code, output } = await distrobench("up", stack);
    assert.equal(code, 0, output);
    assert.equal(sessionsOf(stack).length, sessions);
    const lines = newestOperations(stack);
    assert.deepEqual(
      lines.filter(({ operation }) => operation !== undefined && operation !== "read"),
      [],
    );
    const transports = lines.filter(({ type }) => type === "transport");
    assert.deepEqual(
      transports.map(({ handshakes }) => handshakes),
      [1],
    );
    assert.ok(
      transports.every(({ bytesSent }) => Number(bytesSent) < 100_000),
      JSON.stringify(transports),
    );
  });

  it("has nothing to do in a plain preview either", async () => {
    const shown = await distrobench("preview", stack);
    assert.equal(shown.code, 0, shown.output);
    assert.match(shown.output, /Resources:\s+\d+ unchanged/);
  });

  it("shows an image removed by hand in a plain preview, and puts it back without measuring again", async () => {
    const sessions = sessionsOf(stack).length;
    await onHost("podman rmi --force --all >/dev/null 2>&1");
    const shown = await distrobench("preview", stack);
    assert.equal(shown.code, 0, shown.output);
    assert.match(shown.output, /DeliveredImage model-server-debian-13-podman +create/);
    const { code, output } = await distrobench("up", stack);
    assert.equal(code, 0, output);
    assert.match(await onHost("podman images --format '{{.Repository}}'"), /model-server/);
    assert.equal(sessionsOf(stack).length, sessions);
  });

  it("shows a machine that died in a plain preview, and starts it again", async () => {
    await onHost("sync");
    const [qemu] = qemuProcesses();
    assert.ok(qemu !== undefined, "no QEMU process");
    process.kill(qemu.pid, "SIGKILL");
    await sleep(500);
    assert.deepEqual(qemuProcesses(), []);
    const shown = await distrobench("preview", stack);
    assert.equal(shown.code, 0, shown.output);
    assert.match(shown.output, /LabMachine debian-13 +update/);
    const { code, output } = await distrobench("up", stack);
    assert.equal(code, 0, output);
    assert.equal(qemuProcesses().length, 1);
    assert.equal(await onHost("echo alive"), "alive");
  });

  it("is destroyed: the host as it was found, no process, no machine", async () => {
    assert.equal(qemuProcesses().length, 1);
    const { code, output } = await distrobench("destroy", stack);
    assert.equal(code, 0, output);
    assert.match(output, /debian-13: as it was found/);
    assert.deepEqual(qemuProcesses(), []);
    assert.equal(existsSync(machine), false);
  });

  it("is destroyed after kill -9 of everything in the middle of up, and no QEMU process stays behind", async () => {
    const up = start(["up", stack]);
    await up.seen(/Host debian-13 creating/);
    assert.equal(qemuProcesses().length, 1);
    for (const pid of descendants(up.child.pid ?? 0)) process.kill(pid, "SIGKILL");
    await up.ended;
    const { code, output } = await distrobench("destroy", stack);
    assert.equal(code, 0, output);
    assert.deepEqual(qemuProcesses(), []);
    assert.equal(existsSync(machine), false);
  });
});
