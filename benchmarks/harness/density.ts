import { monotonic, secondsBetween } from "./clock.ts";
import type { ColdStartOrder } from "./cold-start.ts";
import { readOr } from "./conditions.ts";
import { generate, type LoadOrder } from "./load/generate.ts";
import { summariseWindow } from "./load/window.ts";
import { hostBytes } from "./memory.ts";
import { parseMeminfo, parseOomKills } from "./proc.ts";
import { type LimitsReadBack, limitsReadBack } from "./read-limits.ts";
import { type NoService, type Service, withService } from "./service.ts";
import { type Stamps, textOf } from "./stamps.ts";

export interface DensityOrder extends ColdStartOrder {
  /** Requests of one container; its duration is that of every step's window. */
  readonly load: Omit<LoadOrder, "ports">;
  /** Containers added before each window. */
  readonly step: number;
  /** Never more containers than this. */
  readonly maximum: number;
  /** Seconds: a window whose p95 is above ends the count. */
  readonly p95Limit: number;
  /** Bytes of MemAvailable below which no container is added. */
  readonly availableFloor: number;
  /** Seconds after which no container is added. */
  readonly budgetSeconds: number;
}

/** Why no further container was added. `maximum` and `budget` are no property of the host: at least so many fit. */
export const densityEnds = ["p95", "oom", "memory", "start", "maximum", "budget"] as const;
export type DensityEnd = (typeof densityEnds)[number];

/** One window with so many containers. */
interface DensityStep {
  readonly containers: number;
  /** Seconds, over the requests of all containers; absent where it falls on a failed one. */
  readonly p95?: number;
  /** Host memory in use at its end, in bytes. */
  readonly host: number;
}

export interface Density {
  readonly outcome: "counted";
  /** Containers of the last window that broke nothing; 0 where the first one did. */
  readonly fit: number;
  readonly end: DensityEnd;
  /** In words, such as what kept the last container from answering. */
  readonly detail: string;
  readonly steps: readonly DensityStep[];
  readonly limits: LimitsReadBack;
  /** `density.start`: before the first container; `density.end`: all are gone again. */
  readonly stamps: Stamps;
}

type Counted = Omit<Density, "outcome" | "fit" | "steps" | "limits" | "stamps">;

/**
 * Starts containers beside each other, all under load, until something breaks. Each is started inside the one before, so that all are removed
 * whatever happens, the newest first.
 */
export async function density(order: DensityOrder): Promise<Density | NoService> {
  const start = monotonic();
  const counting = new Counting(order);
  const counted = await counting.add([]);
  const { fit, steps, limits } = counting;
  if (counted.end === "start" && steps.length === 0) return { outcome: "failed", cause: counted.detail };
  const stamps = textOf({ "density.start": start, "density.end": monotonic() });
  return { outcome: "counted", ...counted, fit, steps, limits, stamps };
}

class Counting {
  readonly steps: DensityStep[] = [];
  fit = 0;
  limits: LimitsReadBack = { identities: {}, conditions: {} };
  readonly #order: DensityOrder;
  readonly #from = monotonic();
  readonly #killsBefore = oomKills();

  constructor(order: DensityOrder) {
    this.#order = order;
  }

  async add(services: readonly Service[]): Promise<Counted> {
    const available = parseMeminfo(readOr("/proc/meminfo")).MemAvailable ?? 0;
    if (available < this.#order.availableFloor) return { end: "memory", detail: `${available} B of memory available` };
    const seconds = secondsBetween(this.#from, monotonic());
    if (seconds > this.#order.budgetSeconds) return { end: "budget", detail: `${seconds} s have passed` };
    const found = await withService(this.#order, (service) => this.#grow([...services, service]));
    if (!("outcome" in found)) return found;
    return { end: this.#killed() ? "oom" : "start", detail: found.cause };
  }

  async #grow(services: readonly Service[]): Promise<Counted> {
    const { length } = services;
    const { limits, step, maximum } = this.#order;
    if (length === 1) this.limits = limitsReadBack(limits, services[0]?.group);
    const due = length % step === 0 || length >= maximum;
    const broken = due ? await this.#judge(services) : undefined;
    if (broken !== undefined) return broken;
    return length < maximum ? await this.add(services) : { end: "maximum", detail: `${length} containers fit` };
  }

  /** What one window broke, if anything. */
  async #judge(services: readonly Service[]): Promise<Counted | undefined> {
    const { length } = services;
    const p95 = await windowOn(services, this.#order);
    if (this.#killed()) return { end: "oom", detail: `the kernel killed a process with ${length} containers` };
    this.steps.push({ containers: length, ...(Number.isFinite(p95) ? { p95 } : {}), host: hostBytes() });
    if (p95 > this.#order.p95Limit) return { end: "p95", detail: `p95 ${p95} s with ${length} containers` };
    this.fit = length;
    return undefined;
  }

  #killed(): boolean {
    return oomKills() > this.#killsBefore;
  }
}

/** The p95 of one window with the load of every container at once. */
async function windowOn(services: readonly Service[], { load }: DensityOrder): Promise<number> {
  const order = { ...load, rate: load.rate * services.length, ports: services.map(({ hostPort }) => hostPort) };
  return summariseWindow((await generate(order)).series).p95;
}

/** Of the host and of every control group: the kernel counts both since Linux 4.13. */
function oomKills(): number {
  return parseOomKills(readOr("/proc/vmstat"));
}
