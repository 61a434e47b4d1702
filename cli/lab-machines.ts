import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { removeMachine } from "../hosts/lab/index.ts";

/** A lab machine's folder, whether a stack's state knows it or not, and even when its making was cut off. */
export interface LabFolder {
  readonly stack: string;
  readonly name: string;
}

const LAB = join(".distrobench", "lab");

/** Folders of one stack's lab machines, or of all stacks'. */
export function labFolders(root: string, stack?: string): LabFolder[] {
  const stacks = stack === undefined ? foldersIn(join(root, LAB)) : [stack];
  return stacks.flatMap((owner) => foldersIn(join(root, LAB, owner)).map((name) => ({ stack: owner, name })));
}

/** Stops the machine and removes its folder. */
export async function removeLabFolder(root: string, { stack, name }: LabFolder): Promise<void> {
  await removeMachine(root, join(LAB, stack, name));
}

function foldersIn(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}
