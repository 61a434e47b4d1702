import { join } from "node:path";
import type { LabMachineInputs } from "../../hosts/index.ts";
import { waitForBoot } from "../../hosts/lab/boot.ts";
import type { DiskBuilder } from "../../hosts/lab/disk/builder.ts";
import { debian } from "../../hosts/lab/disk/debian.ts";
import { removeMachine } from "../../hosts/lab/index.ts";
import { writeSshConfig } from "../../hosts/lab/keys.ts";
import { prepareMachine } from "../../hosts/lab/prepare.ts";
import { startProcess } from "../../hosts/lab/process.ts";

/** Debian 13 with pacman beside apt: what is swapped at run time are the files that say which system it is. */
export const debianWithPacman: DiskBuilder = {
  ...debian,
  recipe: (request) => debian.recipe({ ...request, packages: [...request.packages, "pacman-package-manager"] }),
};

/** A lab machine from a disk that the matrix does not offer. */
export interface ContractMachine {
  readonly connection: { readonly kind: "lab"; readonly host: string; readonly directory: string };
  readonly bootSeconds: number;
  remove(): Promise<void>;
}

/** Makes, starts and awaits one. It is removed again when that fails. */
export async function startContractMachine(
  root: string,
  machine: Pick<LabMachineInputs, "name" | "distribution">,
  builder: DiskBuilder,
): Promise<ContractMachine> {
  const directory = join(".distrobench", "lab", "contract", machine.name);
  const context = { signal: new AbortController().signal, progress: () => {} };
  const size = { cpus: 2, memoryMiB: 768, diskGiB: 8, accelerator: "auto", state: "running" } as const;
  const inputs: LabMachineInputs = { ...machine, ...size, packages: [], directory, release: "trixie" };
  const path = join(root, directory);
  try {
    const prepared = await prepareMachine(context, path, inputs, builder);
    const running = await startProcess(path, prepared, context.signal);
    await writeSshConfig(path, { name: machine.name, port: running.running.port, hostKey: running.hostKey });
    const bootSeconds = await waitForBoot(path, running, context);
    const remove = () => removeMachine(root, directory);
    return { connection: { kind: "lab", host: machine.name, directory }, bootSeconds, remove };
  } catch (error) {
    await removeMachine(root, directory);
    throw error;
  }
}
