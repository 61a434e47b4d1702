import { join } from "node:path";
import {
  compareInventories,
  createSshPool,
  describeDifference,
  type Inventory,
  loadInventory,
  takeInventory,
  UserError,
} from "../../hosts/index.ts";
import { plural } from "../../report/index.ts";
import { loadPlan } from "../../stacks/index.ts";
import { connector, namedHost } from "../connect.ts";
import { type Context, Exit, print, printJson } from "../context.ts";
import { table } from "../style.ts";

export interface InventoryOptions {
  readonly stack: string;
  /** A file, or `true` for the inventory taken before `up` changed anything. */
  readonly diff?: string | true;
  readonly json?: boolean;
}

/** `distrobench inventory`: what a host consists of now, or how it differs from before. Changes nothing. Exit code 1 on differences. */
export async function inventory(context: Context, name: string, options: InventoryOptions): Promise<void> {
  const host = namedHost(loadPlan(context.root, options.stack).hosts, name, options.stack);
  const before = options.diff === undefined ? undefined : await earlier(context.root, name, options.stack, options.diff);
  const connection = await connector(context, options.stack)(host);
  const pool = createSshPool({ root: context.root, signal: context.signal });
  try {
    const now = await takeInventory(await pool.transport(connection), { signal: context.signal });
    if (before === undefined) show(context, name, now, options.json ?? false);
    else compare(context, name, before, now, options.json ?? false);
  } finally {
    await pool.close();
  }
}

async function earlier(root: string, name: string, stack: string, file: string | true): Promise<Inventory> {
  const path = file === true ? join(root, ".distrobench", "inventory", stack, `${name}.json`) : file;
  const found = await loadInventory(path);
  if (found !== undefined) return found;
  throw new UserError(`${path} is no inventory`, {
    remedy:
      file === true
        ? `up takes one before it changes anything; by hand: ./distrobench inventory ${name} --stack ${stack} --json >before.json`
        : `make one: ./distrobench inventory ${name} --stack ${stack} --json >${file}`,
  });
}

function show(context: Context, name: string, now: Inventory, json: boolean): void {
  if (json) {
    printJson(context, now);
    return;
  }
  const rows = Object.entries(now).map(([category, entries]) => [category, String(Object.keys(entries).length)]);
  print(context, `${name}\n\n${table(rows, [1])}\n\nEvery entry: --json. Against an earlier one: --diff FILE.`);
}

function compare(context: Context, name: string, before: Inventory, now: Inventory, json: boolean): void {
  const differences = compareInventories(before, now);
  const unasked = Object.keys(before).filter((category) => now[category] === undefined);
  if (json) printJson(context, { host: name, differences, notCompared: unasked });
  else {
    const note = unasked.length === 0 ? "" : `\nNot compared, since the host could not be asked now: ${unasked.join(", ")}.`;
    const lines = differences.map((one) => `  ${describeDifference(one)}`);
    const head = differences.length === 0 ? `${name}: no difference.` : `${name}: ${plural(differences.length, "difference")}`;
    print(context, [head, ...lines].join("\n") + note);
  }
  if (differences.length > 0) throw new Exit(1);
}
