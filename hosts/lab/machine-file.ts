import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../errors.ts";
import { machineFiles } from "./arrangement.ts";
import { labMachineInputs } from "./schema.ts";

const processIdentity = z.object({ pid: z.int().positive(), startTime: z.string(), bootId: z.string() });

const machineRecord = z.object({
  version: z.literal(1),
  /** One of QEMU's arguments: how its process is told from any other. */
  uuid: z.uuid(),
  inputs: labMachineInputs,
  accelerator: z.enum(["kvm", "tcg"]),
  /** sha256 of the base disk. */
  diskDigest: z.string(),
  /** The guest's public host key: type and base64. */
  hostKey: z.string(),
  /** Absent until the process has started once. */
  running: z.object({ process: processIdentity, port: z.int().min(1).max(65535) }).optional(),
});

/** What is known of a machine: the content of its `machine.json`. */
export type MachineRecord = z.output<typeof machineRecord>;

/** The record in a machine's directory, or undefined when there is none. Throws `UserError` when it can't be understood. */
export async function readMachine(directory: string): Promise<MachineRecord | undefined> {
  const path = join(directory, machineFiles.machine);
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  return text === undefined ? undefined : parseMachine(text, path);
}

export function parseMachine(text: string, path: string): MachineRecord {
  try {
    return machineRecord.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError(`${path} does not describe a lab machine`, { remedy: `remove the directory of ${path}`, cause });
  }
}

/** Replaces the record in one step: a reader sees the old one or the new one. */
export async function writeMachine(directory: string, machine: MachineRecord): Promise<void> {
  const path = join(directory, machineFiles.machine);
  await writeFile(`${path}.new`, `${JSON.stringify(machine, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
