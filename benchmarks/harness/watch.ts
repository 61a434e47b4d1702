import { sleep } from "./clock.ts";
import type { Running } from "./command.ts";
import type { Limits, Started } from "./container-order.ts";
import { groupsOf } from "./containers.ts";
import { type ControlGroup, controlGroup } from "./control-group.ts";
import { ForeignCpu } from "./foreign-cpu.ts";
import { allHeld, type LimitsReadBack, limitsReadBack } from "./read-limits.ts";

/** What was seen of a container that runs to its own end. */
export interface Watched {
  readonly limits: LimitsReadBack;
  /** Share of all CPUs of the host that something else used, from the container's first process to the last look before its end. */
  readonly foreign?: number;
}

/** While the engine sets the container up, and afterwards: a look takes less than a millisecond. */
const SETTING_UP_MS = 50;
const RUNNING_MS = 500;

/** Looks at a container's control group until it ends; the group goes with it. One too short-lived to be seen shows all limits as dropped. */
export async function watchToItsEnd(limits: Limits, started: Started, container: Running): Promise<Watched> {
  let over = false;
  const ended = container.ended.then(() => {
    over = true;
  });
  const seen = new Seen(limits, container.child.pid ?? 0);
  for (let group = await groupOnceThere(started, () => over); group !== undefined && !over; ) {
    seen.look(group);
    await Promise.race([sleep(seen.settled ? RUNNING_MS : SETTING_UP_MS), ended]);
    // Version 1: the first process enters one hierarchy after the other, and their paths are read from it.
    if (!seen.settled) group = controlGroup(groupsOf(started));
  }
  return seen.all();
}

class Seen {
  readonly #asked: Limits;
  readonly #pid: number;
  #limits: LimitsReadBack;
  #foreign: ForeignCpu | undefined;

  constructor(asked: Limits, pid: number) {
    this.#asked = asked;
    this.#pid = pid;
    this.#limits = limitsReadBack(asked, undefined);
  }

  /** Whether the engine has written all limits, which it does one by one after the first process is in the group. */
  get settled(): boolean {
    return allHeld(this.#limits);
  }

  look(group: ControlGroup): void {
    if (!this.settled) this.#readLimits(group);
    this.#foreign ??= new ForeignCpu({ group, pid: this.#pid });
    this.#foreign.look();
  }

  all(): Watched {
    const foreign = this.#foreign?.share();
    return { limits: this.#limits, ...(foreign === undefined ? {} : { foreign }) };
  }

  /** A group that was removed meanwhile has no limits any more. */
  #readLimits(group: ControlGroup): void {
    const read = limitsReadBack(this.#asked, group);
    if (group.processes().length > 0) this.#limits = read;
  }
}

async function groupOnceThere(started: Started, over: () => boolean): Promise<ControlGroup | undefined> {
  for (let seen = false; !over(); await sleep(SETTING_UP_MS)) {
    const group = controlGroup(groupsOf(started));
    if (seen) return group;
    seen = (group?.processes().length ?? 0) > 0;
  }
  return undefined;
}
