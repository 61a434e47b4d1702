import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { hostHandler, packagesHandler } from "../../../hosts/handler.ts";
import {
  createSshPool,
  type LabMachineInputs,
  type LabMachineOutputs,
  type OperationContext,
  type SshPool,
  type Stored,
  sh,
} from "../../../hosts/index.ts";
import { labMachineHandler } from "../../../hosts/lab/handler.ts";
import { packagesInputs } from "../../../hosts/schema.ts";
import { knobsOf } from "../../../kernel-tuning/index.ts";
import { tuningInputs } from "../../../kernel-tuning/schema.ts";
import { tuningHandler } from "../../../kernel-tuning/tuning-handler.ts";
import { makeAptRepository } from "../../lab/apt-repository.ts";
import { differences, EVERYWHERE, parseSnapshot } from "../../lab/host-snapshot.ts";

const RUNNER = "/proc/sys/fs/binfmt_misc/qemu-aarch64";
const missing =
  process.arch === "arm64" || existsSync(RUNNER) ? false : `${RUNNER} is not on this machine: see ./distrobench doctor`;

const inputs: LabMachineInputs = {
  ...{ name: "arm", directory: ".distrobench/lab/slow/arm", distribution: "debian", release: "trixie", architecture: "arm64" },
  ...{ cpus: 2, memoryMiB: 1024, diskGiB: 8, accelerator: "auto", packages: [], state: "running" },
};
const connection = { kind: "lab", host: "arm", directory: inputs.directory } as const;

/** Its disk takes 10 to 40 minutes to make where the controller is of another processor; then everything is a few minutes. */
describe("a lab machine with an arm64 processor", { timeout: 7_200_000, skip: missing }, () => {
  let root: string;
  let pool: SshPool;
  let context: OperationContext;
  let machine: Stored<LabMachineInputs, LabMachineOutputs> | undefined;

  before(async () => {
    root = mkdtempSync(join(tmpdir(), "distrobench-arm-"));
    pool = createSshPool({ root });
    const quiet = () => {};
    context = {
      ...{ urn: "", signal: new AbortController().signal, root, stack: "slow", progress: quiet, info: quiet, warn: quiet },
      transport: (wanted) => pool.transport(wanted),
      exclusive: async (_, work) => await work(),
    };
    const { id, outputs } = await labMachineHandler.create(context, inputs);
    machine = { id, inputs, outputs };
  });
  after(async () => {
    await pool.close();
    if (machine !== undefined) await labMachineHandler.delete(context, machine);
    rmSync(root, { recursive: true, force: true });
  });

  it("is a host with its own kernel, board and device tree", async () => {
    const { outputs } = await hostHandler.create(context, { name: "arm", connection, distribution: "debian", release: "trixie" });
    assert.equal(outputs.facts.architecture, "aarch64");
    assert.match(outputs.facts.kernel, /arm64$/);
    assert.equal(outputs.facts.more["board.model"], "linux,dummy-virt");
    assert.equal(outputs.facts.cgroupVersion, 2);
  });

  it("takes a package and gives it back", async () => {
    const transport = await pool.transport(connection);
    await transport.run(
      makeAptRepository([
        { name: "git", version: "1:2.47.3-1", depends: "libcontract" },
        { name: "libcontract", version: "1" },
      ]),
    );
    const wanted = packagesInputs.parse({ host: "arm", connection, distribution: "debian", wanted: ["git"] });
    const { id, outputs } = await packagesHandler.create(context, wanted);
    assert.deepEqual(outputs.added, ["git", "libcontract"]);
    await packagesHandler.delete(context, { id, inputs: wanted, outputs });
    const left = await transport.run(sh`dpkg-query -W git libcontract`, { accept: "any" });
    assert.equal(left.stdout, "");
  });

  it("takes the profile for serving and has its own values back afterwards", async () => {
    const transport = await pool.transport(connection);
    const read = async () => parseSnapshot((await transport.run(sh`sh -c ${EVERYWHERE}`)).stdout);
    const before = await read();
    const wanted = tuningInputs.parse({
      ...{ host: "arm", connection, machine: "arm", distribution: "debian", profile: "serving", knobs: knobsOf("serving") },
    });
    const { id, outputs } = await tuningHandler.create(context, wanted);
    const applied = outputs.reports
      .filter(({ status }) => status === "applied" || status === "substituted")
      .map(({ knob }) => knob);
    for (const knob of ["sched.latency_ns", "sysctl.vm.swappiness", "irq.default", "workqueue.all", "slice.model.cpu.weight"])
      assert.ok(applied.includes(knob), `${knob} is not among ${applied.join(" ")}`);
    assert.ok(differences(before, await read()).length >= applied.length / 2);
    await tuningHandler.delete(context, { id, inputs: wanted, outputs });
    assert.deepEqual(differences(before, await read()), []);
  });
});
