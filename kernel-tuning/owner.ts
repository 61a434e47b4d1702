import { UserError } from "../hosts/index.ts";
import type { Baseline, Controller } from "./schema.ts";

/** Who wants to tune a host. */
export interface Claimant {
  /** `<stack>/<host>` */
  readonly owner: string;
  readonly controller: Controller;
  /** What the state knows of the host. */
  readonly known?: Baseline | undefined;
}

/**
 * Whether a record is the claimant's: of the same stack and host, and written by this checkout, or by another one that keeps the same state
 * (a backend that is shared). A record from before controllers had names is its stack's.
 */
export function isOwn({ owner, controller }: Baseline, claimant: Claimant): boolean {
  if (owner !== claimant.owner) return false;
  return controller === undefined || [claimant.controller.id, claimant.known?.controller?.id].includes(controller.id);
}

/** `demo/box of anna@laptop:/home/anna/distrobench since 2026-11-24T19:50:00.000Z`. */
export function ownerWords({ owner, controller, at }: Baseline): string {
  return `${owner}${controller === undefined ? "" : ` of ${controller.name}`} since ${at}`;
}

/** How to get a host back from who tunes it, for a claimant that is somebody else. */
export function wayOn({ owner, controller }: Baseline, claimant: Claimant): string {
  const [stack = "", host = ""] = owner.split("/");
  const restore = `./distrobench restore ${host} --stack ${stack}`;
  if (controller === undefined || controller.id === claimant.controller.id)
    return `./distrobench destroy ${stack}, or when that stack is lost: ${restore}`;
  return `there: ./distrobench destroy ${stack}; when that checkout is lost, here: ${restore} --force`;
}

/** Somebody else tunes the host since its record was read; nothing was written. */
export class RecordTaken extends UserError {
  override readonly name = "RecordTaken";

  constructor(host: string, record: Baseline | undefined, options: { readonly cause?: unknown } = {}) {
    const what = record === undefined ? "its record of tuning went away" : `it was taken by ${ownerWords(record)}`;
    super(`${host}: ${what} while we looked at it, so nothing was changed`, {
      remedy: "run the same command again: it says how to go on",
      ...options,
    });
  }
}
