import { randomUUID } from "node:crypto";
import { copyFile, link, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import type { OperationContext } from "../operation.ts";
import { packageNames } from "../packages/table.ts";
import { distributionName } from "../schema.ts";
import { chooseAccelerator } from "./accelerator.ts";
import { architectureOf } from "./architecture.ts";
import { machineFiles, makePrivateDirectory } from "./arrangement.ts";
import { type DiskBuilder, diskBuilder } from "./disk/builder.ts";
import { type CachedDisk, ensureDisk } from "./disk/cache.ts";
import { findFirmware } from "./firmware.ts";
import { makeKeys } from "./keys.ts";
import { runLocal } from "./local-process.ts";
import { type MachineRecord, writeMachine } from "./machine-file.ts";
import { requirePrerequisites } from "./prerequisites.ts";
import type { LabMachineInputs } from "./schema.ts";

/** Makes everything a machine needs before its process: disk, keys, seed files, record. */
export async function prepareMachine(
  context: Pick<OperationContext, "signal" | "progress">,
  directory: string,
  inputs: LabMachineInputs,
  builder: DiskBuilder = diskBuilder(inputs.distribution),
): Promise<MachineRecord> {
  const architecture = architectureOf(inputs.architecture);
  const boot = inputs.boot ?? "direct";
  await requirePrerequisites(architecture, boot);
  const disk = await ensureDisk(
    {
      release: inputs.release,
      architecture: architecture.name,
      packages: realPackages(inputs),
      mirror: inputs.mirror,
      sizeGiB: inputs.diskGiB,
      boot,
    },
    builder,
    context,
  );
  const accelerator = await chooseAccelerator(inputs.accelerator, architecture, { ...context, bootFiles: disk.directory });
  await makePrivateDirectory(directory);
  await attachDisk(directory, disk, context.signal);
  if (boot === "grub") await copyFile((await findFirmware()).variables, join(directory, machineFiles.firmwareVariables));
  await writeFile(join(directory, machineFiles.hostname), inputs.name, { mode: 0o600 });
  const hostKey = await makeKeys(directory, context.signal);
  const machine: MachineRecord = { version: 1, uuid: randomUUID(), inputs, accelerator, diskDigest: disk.digest, hostKey };
  await writeMachine(directory, machine);
  return machine;
}

function realPackages(inputs: LabMachineInputs): string[] {
  const distribution = distributionName.safeParse(inputs.distribution).data;
  if (distribution === undefined)
    throw new UserError(`${inputs.name}: "${inputs.distribution}" is not a distribution known here`);
  return packageNames(distribution, inputs.release, inputs.packages);
}

/** Hard links keep a running machine's disk alive when the cache is cleaned; across file systems it has to be symbolic ones. */
async function attachDisk(directory: string, disk: CachedDisk, signal: AbortSignal): Promise<void> {
  const files = [
    [machineFiles.base, "disk.qcow2"],
    [machineFiles.kernel, "vmlinuz"],
    [machineFiles.initrd, "initrd"],
  ] as const;
  for (const [name, cached] of files) {
    const [from, to] = [join(disk.directory, cached), join(directory, name)];
    await rm(to, { force: true });
    await link(from, to).catch(() => symlink(from, to));
  }
  const words = ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", machineFiles.base, machineFiles.overlay];
  await runLocal("qemu-img", words, { cwd: directory, signal });
}
