import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { ConnectionError, type LabMachineInputs, type LabMachineOutputs, type Stored } from "../../hosts/index.ts";
import { kvmVerdict } from "../../hosts/lab/accelerator.ts";
import { diskCacheDirectory } from "../../hosts/lab/arrangement.ts";
import { labMachineHandler } from "../../hosts/lab/handler.ts";
import { labConnection, removeMachine } from "../../hosts/lab/index.ts";
import { readMachine } from "../../hosts/lab/machine-file.ts";
import { prepareMachine } from "../../hosts/lab/prepare.ts";
import { startProcess } from "../../hosts/lab/process.ts";
import { findByArgument, findByEnvironment } from "../../hosts/lab/process-identity.ts";
import { labContext } from "../lab/operation-context.ts";

/** The same disk as the quickstart stack's, so that the cache serves both. */
const inputs: LabMachineInputs = {
  name: "lab-e2e",
  directory: ".distrobench/lab/e2e/lab-e2e",
  distribution: "debian",
  release: "trixie",
  cpus: 2,
  memoryMiB: 1024,
  diskGiB: 8,
  accelerator: "auto",
  packages: ["docker", "podman", "git", "python", "node", "curl"],
  state: "running",
};

const run = promisify(execFile);

describe("a lab machine", { timeout: 1_800_000 }, () => {
  let root: string;
  let stored: Stored<LabMachineInputs, LabMachineOutputs>;
  const over = new AbortController();
  const directory = (): string => join(root, inputs.directory);
  const ssh = async (command: string): Promise<string> => {
    const { stdout } = await run("ssh", ["-F", join(root, stored.outputs.sshConfigFile), inputs.name, command], {
      timeout: 120_000,
    });
    return stdout.trim();
  };
  const killed = async (): Promise<void> => {
    const pid = (await readMachine(directory()))?.running?.process.pid;
    assert.ok(pid !== undefined);
    process.kill(pid, "SIGKILL");
    // A dying process loses its arguments before its sockets.
    while (!isOver(pid) || (await findByArgument(stored.id)).length > 0) await delay(50);
  };

  before(async () => {
    // Longer than an address of a Unix socket may be.
    root = join(await mkdtemp(join(tmpdir(), "lab-e2e-")), "a-rather-long-name-of-a-project-directory".repeat(3));
  });
  after(async () => {
    over.abort();
    // Whatever failed, and whether a test got as far as knowing its machine.
    await removeMachine(root, inputs.directory);
    await rm(join(root, ".."), { recursive: true, force: true });
  });

  it("is made and answers SSH with its own keys, name and packages", async () => {
    const { id, outputs } = await labMachineHandler.create(labContext(root, over.signal), inputs);
    stored = { id, inputs, outputs };
    assert.equal(await ssh("hostname; cat /etc/machine-id"), `lab-e2e\n${id.replaceAll("-", "")}`);
    assert.match(
      await ssh("podman --version; node --version; git --version; python3 --version"),
      /podman version.*\nv\d+.*\ngit.*\nPython/,
    );
    assert.equal(outputs.emulated, outputs.acceleratorInUse === "tcg");
    const connection = await labConnection(root, inputs.directory);
    assert.deepEqual([connection.port, connection.hostKey], [outputs.port, outputs.hostKey]);
  });

  it("does nothing by itself: no timer, no failed unit, no engine before its first use", async () => {
    assert.equal(await ssh("systemctl list-timers --no-legend; systemctl --failed --no-legend; pgrep dockerd || true"), "");
    assert.equal(await ssh("systemctl is-active docker.socket"), "active");
  });

  it("shows no drift", async () => {
    const live = await labMachineHandler.read(labContext(root), stored);
    assert.deepEqual(live, { inputs: stored.inputs, outputs: stored.outputs });
  });

  it("whose process is killed reads as stopped and gives no connection", async () => {
    await ssh("echo kept >/root/kept; sync");
    await killed();
    const live = await labMachineHandler.read(labContext(root), stored);
    assert.ok(live !== "gone");
    assert.equal(live.inputs.state, "stopped");
    await assert.rejects(labConnection(root, inputs.directory), ConnectionError);
  });

  it("leaves no process when its start is aborted", async () => {
    const controller = new AbortController();
    const start = labMachineHandler.update(labContext(root, controller.signal), stored, inputs);
    setTimeout(() => controller.abort(new Error("stopped by the test")), 3000);
    await assert.rejects(start, /stopped by the test|abort/i);
    assert.deepEqual(await findByArgument(stored.id), []);
  });

  it("is started again by an update, on its old port and with its disk", async () => {
    const outputs = await labMachineHandler.update(labContext(root, over.signal), stored, inputs);
    assert.deepEqual(outputs, stored.outputs);
    assert.equal(await ssh("cat /root/kept"), "kept");
  });

  it("takes another port when its own was taken meanwhile, and writes it down", async () => {
    const { port } = stored.outputs;
    await killed();
    const other = createServer().listen(port, "127.0.0.1");
    await once(other, "listening");
    try {
      const machine = await readMachine(directory());
      assert.equal(machine?.running?.port, port);
      const started = await startProcess(directory(), machine, labContext(root).signal);
      assert.notEqual(started.running.port, port);
      assert.equal((await labConnection(root, inputs.directory)).port, started.running.port);
    } finally {
      other.close();
    }
  });

  it("is deleted without a trace, twice without complaint", async () => {
    await labMachineHandler.delete(labContext(root), stored);
    assert.deepEqual(await findByArgument(stored.id), []);
    assert.equal(existsSync(directory()), false);
    await labMachineHandler.delete(labContext(root), stored);
    assert.equal(await labMachineHandler.read(labContext(root), stored), "gone");
  });

  it("takes the place of one that a killed run left, and leaves no directory when aborted while it boots", async () => {
    const left = await startProcess(
      directory(),
      await prepareMachine(labContext(root), directory(), inputs),
      labContext(root).signal,
    );
    const controller = new AbortController();
    const progress = (message: string): void => {
      if (message.startsWith("booting")) controller.abort(new Error("stopped by the test"));
    };
    const signal = AbortSignal.any([controller.signal, over.signal]);
    const create = labMachineHandler.create({ ...labContext(root, signal), progress }, inputs);
    await assert.rejects(create, /stopped by the test|abort/i);
    assert.deepEqual(await findByArgument(left.uuid), []);
    assert.equal(existsSync(directory()), false);
  });
});

describe("KVM", { timeout: 120_000 }, () => {
  it("is tried once and the answer remembered with its reason", async () => {
    const [disk] = readdirSync(diskCacheDirectory()).filter((name) => /^[0-9a-f]{64}$/.test(name));
    assert.ok(disk !== undefined);
    const options = {
      bootFiles: join(diskCacheDirectory(), disk),
      signal: AbortSignal.timeout(100_000),
      progress: () => undefined,
    };
    const first = await kvmVerdict(options);
    const progress = (): void => assert.fail("tried again");
    assert.deepEqual(await kvmVerdict({ ...options, progress }).then(({ usable }) => usable), first.usable);
    assert.notEqual(first.reason, "");
  });
});

describe("a disk's build", { timeout: 120_000 }, () => {
  const cache = process.env.XDG_CACHE_HOME;
  const over = new AbortController();
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "lab-e2e-cache-"));
    process.env.XDG_CACHE_HOME = directory;
  });
  after(async () => {
    over.abort();
    // A create that should have failed and did not has started a machine, which would outlive its directory.
    await removeMachine(directory, inputs.directory);
    if (cache === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = cache;
    await rm(directory, { recursive: true, force: true });
  });

  it("that is aborted leaves no process and no half image within two seconds", async () => {
    const controller = new AbortController();
    let aborted = Number.POSITIVE_INFINITY;
    const progress = (message: string): void => {
      if (!message.includes("downloading") || controller.signal.aborted) return;
      aborted = performance.now();
      controller.abort(new Error("stopped by the test"));
    };
    const signal = AbortSignal.any([controller.signal, over.signal]);
    const create = labMachineHandler.create({ ...labContext(directory, signal), progress }, { ...inputs, packages: [] });
    await assert.rejects(create, /stopped by the test/);
    assert.ok(performance.now() - aborted < 2500, `${performance.now() - aborted} ms`);
    const names = readdirSync(diskCacheDirectory());
    assert.deepEqual(names, []);
  });

  it("of a release that the mirror lacks says so", async () => {
    const wanted = { ...inputs, release: "nosuchrelease", packages: [] };
    const create = labMachineHandler.create(labContext(directory, over.signal), wanted);
    await assert.rejects(create, /nosuchrelease/);
    assert.deepEqual(readdirSync(diskCacheDirectory()), []);
    assert.deepEqual(await findByEnvironment("DISTROBENCH_DISK_BUILD", directory), []);
  });

  it("from a mirror that can't be reached says so within seconds", async () => {
    const before = performance.now();
    const wanted = { ...inputs, mirror: "http://127.0.0.1:9/debian" };
    const create = labMachineHandler.create(labContext(directory, over.signal), wanted);
    await assert.rejects(create, /the mirror http:\/\/127\.0\.0\.1:9\/debian can't be reached/);
    assert.ok(performance.now() - before < 30_000);
  });
});

function isOver(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
}
