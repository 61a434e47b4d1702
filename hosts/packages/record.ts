import { z } from "zod";
import { presentEditor } from "../editor/on-host.ts";
import { UserError } from "../errors.ts";
import type { PackagesOutputs } from "../schema.ts";
import { sh } from "../sh.ts";
import { durable } from "../take-place.ts";
import type { Transport } from "../transport.ts";
import type { PackageState } from "./plan.ts";

/** What was brought to a host and has to be taken away again. */
export type Brought = Pick<PackagesOutputs, "added" | "configured" | "services" | "indexFetched" | "traces" | "editor">;

const brought = z.object({
  added: z.array(z.string()),
  configured: z.array(z.string()).exactOptional(),
  services: z.array(z.string()),
  indexFetched: z.boolean().exactOptional(),
  traces: z.record(z.string(), z.string()).exactOptional(),
  editor: z.string().exactOptional(),
});

/**
 * Kept on the host from before the first change until everything is taken away, because a run that is killed tells nobody else what it
 * did. `begun` is the host as it was before the change that is not known to have ended.
 */
const begun = z.object({
  wanted: z.array(z.string()),
  installed: z.array(z.string()),
  active: z.array(z.string()),
  hasIndex: z.boolean(),
  hasEditor: z.boolean(),
});
const record = z.object({
  version: z.literal(1),
  brought,
  begun: begun.optional(),
  /** The stack is destroyed; this is what had to stay, since others need it. */
  left: z.literal(true).optional(),
});
export type PackageRecord = z.output<typeof record>;

const FOLDER = "/var/lib/distrobench/packages";
const fileOf = (stack: string): string => `${FOLDER}/${stack}.json`;

/** The record of a stack; undefined where there is none. Rejects with `UserError` for one that can't be understood. */
export async function readRecord(transport: Transport, stack: string, signal: AbortSignal): Promise<PackageRecord | undefined> {
  const { stdout } = await transport.run(sh`cat ${fileOf(stack)} 2>/dev/null || true`, { signal, brief: true });
  if (stdout.trim() === "") return undefined;
  try {
    return record.parse(JSON.parse(stdout));
  } catch (error) {
    throw new UserError(`${transport.host}: ${fileOf(stack)} can't be understood: a newer distrobench may have written it`, {
      remedy: "use that one; or, if no package of this stack is left on the host, remove the file",
      cause: error,
    });
  }
}

/**
 * Written under another name first, so that it is there as a whole or not at all, whenever the host loses its power. Of `brought` nothing is
 * kept but what is its own.
 */
export async function saveRecord(
  transport: Transport,
  stack: string,
  what: Pick<z.input<typeof record>, "begun" | "left"> & { readonly brought: Brought },
  signal: AbortSignal,
): Promise<void> {
  const kept = record.parse({ version: 1, ...what });
  const file = fileOf(stack);
  const draft = `${file}.new`;
  const script = sh`${durable}
set -e; umask 077; mkdir -p ${FOLDER}; cat >${draft}; durable ${draft}; mv ${draft} ${file}; durable ${FOLDER}`;
  await transport.run(script, { stdin: `${JSON.stringify(kept)}\n`, signal });
}

async function forgetRecord(transport: Transport, stack: string, signal: AbortSignal): Promise<void> {
  const files = [fileOf(stack), `${fileOf(stack)}.new`];
  await transport.run(sh`rm -f ${files}; rmdir ${FOLDER} /var/lib/distrobench 2>/dev/null || true`, { signal });
}

/** After a destroy: packages that had to stay remain ours, so that a later `restore`, or `up` and `destroy`, takes them. None: no record. */
export async function keepLeft(
  transport: Transport,
  stack: string,
  { left, configured }: { readonly left: readonly string[]; readonly configured: readonly string[] },
  signal: AbortSignal,
): Promise<void> {
  if (left.length === 0) return await forgetRecord(transport, stack, signal);
  const brought = { added: left, configured: configured.filter((name) => left.includes(name)), services: [] };
  await saveRecord(transport, stack, { brought, left: true }, signal);
}

/** What a record knows to be ours, and, of a change that was cut off, everything that came since it began. */
export async function recovered(
  transport: Transport,
  { brought: known, begun: before }: PackageRecord,
  state: PackageState,
  signal: AbortSignal,
): Promise<Brought> {
  if (before === undefined) return known;
  const editor = before.hasEditor ? undefined : await presentEditor(transport, signal);
  return together(known, {
    added: [...state.installed.keys()].filter((name) => !before.installed.includes(name)),
    services: state.active.filter((name) => !before.active.includes(name)),
    ...(!before.hasIndex && state.hasIndex ? { indexFetched: true } : {}),
    ...(editor === undefined ? {} : { editor }),
  });
}

/** Everything of both; what was before comes from the first. */
export function together(first: Brought, second: Brought): Brought {
  return {
    ...second,
    ...first,
    added: union(first.added, second.added),
    configured: union(first.configured ?? [], second.configured ?? []),
    services: union(first.services, second.services),
    ...(first.indexFetched === true || second.indexFetched === true ? { indexFetched: true } : {}),
  };
}

const union = (one: readonly string[], other: readonly string[]): string[] => [...new Set([...one, ...other])].sort();
