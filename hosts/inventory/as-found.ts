import { join } from "node:path";
import type { OperationContext } from "../operation.ts";
import { sh } from "../sh.ts";
import type { Transport } from "../transport.ts";
import { loadInventory, saveInventory, takeInventory } from "./index.ts";

/**
 * Takes the inventory that a destroy compares with; returns its path below the project's root. A host with records of this stack was changed
 * by it before, of which the state knows nothing any more: then the older inventory stays, since only that shows the host as it was found.
 */
export async function inventoryAsFound(context: OperationContext, transport: Transport, name: string): Promise<string> {
  const { root, stack, signal } = context;
  const file = join(".distrobench", "inventory", stack, `${name}.json`);
  const path = join(root, file);
  const records = await recordsOf(transport, `${stack}/${name}`, signal);
  if (records.length > 0 && (await loadInventory(path)) !== undefined) {
    context.info(`${name}: changed by ${stack} before (${records.join(", ")}), so the inventory of then stays: ${file}`);
    return file;
  }
  if (records.length > 0)
    context.warn(
      `${name}: changed by ${stack} before (${records.join(", ")}), and the inventory of then, ${file}, is missing: ` +
        "destroy will compare with the host as it is now, not as it was found. Where another checkout has that file, put it there before " +
        "you destroy",
    );
  await saveInventory(path, await takeInventory(transport, { signal }));
  return file;
}

/** What a host keeps from before the first change by a `stack/host` until the last is taken back: packages, files, tuning. */
async function recordsOf(transport: Transport, owner: string, signal: AbortSignal): Promise<string[]> {
  const [stack = "", name = ""] = owner.split("/");
  const home = "/var/lib/distrobench";
  const phases = ["before-packages", "after-packages"].map((phase) => `${home}/files/${stack}.${name}.${phase}.json`);
  const script = sh`ls ${[`${home}/packages/${stack}.json`, ...phases]} 2>/dev/null
grep -lsF ${`"owner":"${owner}"`} ${`${home}/baseline/tuning.json`}
:`;
  const { stdout } = await transport.run(script, { signal });
  return stdout.split("\n").filter((line) => line !== "");
}
