import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import type { RunOptions, Transport } from "../transport.ts";
import { type Inventory, parseInventory } from "./parse.ts";
import { inventoryScript } from "./script.ts";

export { compareInventories, describeDifference } from "./diff.ts";
export type { Inventory } from "./parse.ts";

const stored = z.record(z.string(), z.record(z.string(), z.string()));

/** Seconds; an emulated host under load needs most of them. */
const INVENTORY_SECONDS = 300;

/** The host's inventory now. One round trip, changes nothing. */
export async function takeInventory(transport: Transport, options: Pick<RunOptions, "signal"> = {}): Promise<Inventory> {
  const parts: Uint8Array[] = [];
  await transport.run(inventoryScript(), {
    timeoutSeconds: INVENTORY_SECONDS,
    brief: true,
    collect: false,
    onStdout: (chunk) => parts.push(chunk),
    ...options,
  });
  return parseInventory(Buffer.concat(parts).toString());
}

/** Writes an inventory, whole or not at all. */
export async function saveInventory(path: string, inventory: Inventory): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, `${JSON.stringify(inventory, undefined, 1)}\n`);
  await rename(`${path}.new`, path);
}

/** `undefined` when there is none, or it can't be read. */
export async function loadInventory(path: string): Promise<Inventory | undefined> {
  try {
    return stored.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return undefined;
  }
}
