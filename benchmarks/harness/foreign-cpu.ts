import { readOr } from "./conditions.ts";
import { type ControlGroup, cpuSeconds } from "./control-group.ts";
import { processIds } from "./folder.ts";
import { parseProcess, parseStat, TICKS_PER_SECOND } from "./proc.ts";

/** Programs of the engines that serve a container from outside its control group: what they use is the measured thing's. */
const ENGINE_PROGRAMS = new Set(["dockerd", "docker", "docker-proxy", "containerd", "containerd-shim", "podman", "conmon"]);

/** CPU seconds of all CPUs below which nothing is said: the kernel counts the host's use in ticks of 10 ms. */
const LEAST = 2;

/** What is measured, and so is not foreign. */
export interface Measured {
  /** Absent for a plain process. */
  readonly group: ControlGroup | undefined;
  /** Process id of what was spawned. */
  readonly pid: number;
}

interface Reading {
  /** CPU seconds since boot of all CPUs together: all, used, and used by what belongs to the measurement. */
  readonly all: number;
  readonly busy: number;
  readonly own: number;
}

/**
 * CPU use of everything else on this host while something is measured: what all CPUs did, less the container, the engine's programs and this
 * program with its load generator. Interrupts are left out, because those of the measured network traffic can't be told from others.
 * Beginning and looking take far below a millisecond; only the constructor reads all of /proc.
 */
export class ForeignCpu {
  readonly #group: ControlGroup | undefined;
  /** Ticks of single processes; those of one that has ended stay. */
  readonly #ticks: Map<number, number>;
  #from: Reading | undefined;
  #to: Reading | undefined;

  /** Looks for the engine's programs and begins the window. */
  constructor({ group, pid }: Measured) {
    this.#group = group;
    this.#ticks = new Map([pid, ...enginePids()].map((id) => [id, 0]));
    this.begin();
  }

  /** The window begins now. */
  begin(): void {
    this.#from = this.#read();
    this.#to = undefined;
  }

  /** The window lasts until now, unless the container is gone: then until the look before. */
  look(): void {
    this.#to = this.#read() ?? this.#to;
  }

  /** Share of all CPUs of the host, between 0 and 1; `undefined` for a window too short to tell. */
  share(): number | undefined {
    return this.#from === undefined || this.#to === undefined ? undefined : foreignShare(this.#from, this.#to);
  }

  #read(): Reading | undefined {
    const container = this.#group === undefined ? 0 : cpuSeconds(this.#group);
    if (container === undefined) return undefined;
    for (const pid of this.#ticks.keys()) {
      const found = parseProcess(readOr(`/proc/${pid}/stat`));
      if (found !== undefined) this.#ticks.set(pid, found.ticks);
    }
    const { total, idle, steal, interrupts } = parseStat(readOr("/proc/stat"));
    const { user, system } = process.cpuUsage();
    const others = [...this.#ticks.values()].reduce((sum, ticks) => sum + ticks, 0);
    return {
      all: total / TICKS_PER_SECOND,
      busy: (total - idle - steal - interrupts) / TICKS_PER_SECOND,
      own: container + others / TICKS_PER_SECOND + (user + system) / 1e6,
    };
  }
}

/** Pure. Never below 0: the kernel counts the host's use in ticks, and a container's to the nanosecond. */
export function foreignShare(from: Reading, to: Reading): number | undefined {
  const all = to.all - from.all;
  return all < LEAST ? undefined : Math.max(0, (to.busy - from.busy - (to.own - from.own)) / all);
}

function enginePids(): readonly number[] {
  const isEngines = (pid: string) => ENGINE_PROGRAMS.has(parseProcess(readOr(`/proc/${pid}/stat`))?.command ?? "");
  return processIds().filter(isEngines).map(Number);
}

/** What the rule of validity looks at; nothing where nothing can be said. */
export function foreignConditions(share: number | undefined): Readonly<Record<string, number>> {
  return share === undefined ? {} : { "foreign.cpu": share };
}
