import { monotonic, sleep } from "./clock.ts";
import type { ColdStartOrder } from "./cold-start.ts";
import { readOr } from "./conditions.ts";
import type { ControlGroup } from "./control-group.ts";
import { generate, type LoadOrder } from "./load/generate.ts";
import { summariseWindow } from "./load/window.ts";
import { parseMeminfo } from "./proc.ts";
import { type LimitsReadBack, limitsReadBack } from "./read-limits.ts";
import { type NoService, type Service, type ServiceStart, withService } from "./service.ts";
import { type Stamps, textOf } from "./stamps.ts";

export interface MemoryOrder extends ColdStartOrder {
  /** Seconds from the first answer to the first reading at rest. */
  readonly restSeconds: number;
  /** Readings, one per second, at rest and again under load. */
  readonly readings: number;
  /** Its duration is that of the readings. */
  readonly load: Omit<LoadOrder, "ports" | "duration">;
}

/** Bytes. What this kernel does not tell is absent. */
export interface MemoryReading {
  /** Proportional set size of the container's processes: a page that n processes share counts 1/n for each. */
  readonly pss?: number;
  /** What the control group is charged with, page cache included. */
  readonly current?: number;
  /** MemTotal - MemAvailable of the host. */
  readonly host: number;
}

export type Memory =
  | {
      readonly outcome: "read";
      readonly start: Pick<ServiceStart, "seconds" | "bracket">;
      /** `start` (spawned), `first200`, and begin and end of the readings at rest and under load. */
      readonly stamps: Stamps;
      /** Host memory in use before the container was started. */
      readonly before: number;
      readonly rest: readonly MemoryReading[];
      readonly loaded: readonly MemoryReading[];
      /** Most the control group was ever charged with. */
      readonly peak?: number;
      readonly requests: { readonly planned: number; readonly sent: number; readonly failed: number };
      readonly limits: LimitsReadBack;
      /** Share of all CPUs of the host that something else used while the load ran. */
      readonly foreign?: number;
    }
  | NoService;

/** Memory of one fresh container: at rest, then under load. */
export function memory({ restSeconds, readings, load, ...order }: MemoryOrder): Promise<Memory> {
  const before = hostBytes();
  return withService(order, async (service) => {
    const { group, start } = service;
    const limits = limitsReadBack(order.limits, group);
    await sleep(restSeconds * 1000);
    const rest = await readEachSecond(service, readings);
    // Together, so that a window that fails while it is waited for ends the sample and not this program.
    const [loaded, { series, foreign }] = await Promise.all([
      sleep(load.warmup * 1000).then(() => readEachSecond(service, readings)),
      generate({ ...load, duration: readings, ports: [service.hostPort] }, service),
    ]);
    const { planned, sent, failed } = summariseWindow(series);
    const peak = group === undefined ? undefined : peakBytes(group);
    const { spawned, first200, ...timing } = start;
    const [atRest, underLoad] = [
      { "rest.start": rest.start, "rest.end": rest.end },
      { "load.start": loaded.start, "load.end": loaded.end },
    ];
    return {
      ...{ outcome: "read" as const, start: timing, before, rest: rest.readings, loaded: loaded.readings, limits },
      stamps: textOf({ start: spawned, first200, ...atRest, ...underLoad }),
      requests: { planned, sent, failed },
      ...(peak === undefined ? {} : { peak }),
      ...(foreign === undefined ? {} : { foreign }),
    };
  });
}

interface Readings {
  readonly readings: readonly MemoryReading[];
  /** Before the first, and after the last. */
  readonly start: bigint;
  readonly end: bigint;
}

async function readEachSecond({ group, pid }: Service, times: number): Promise<Readings> {
  const start = monotonic();
  const readings: MemoryReading[] = [];
  for (let time = 0; time < times; time += 1) {
    if (time > 0) await sleep(1000);
    readings.push(readMemory(group?.processes() ?? [pid], group));
  }
  return { readings, start, end: monotonic() };
}

function readMemory(processes: readonly number[], group: ControlGroup | undefined): MemoryReading {
  const sizes = processes.flatMap((pid) => parsePss(readOr(`/proc/${pid}/smaps_rollup`)) ?? []);
  const current = group === undefined ? undefined : currentBytes(group);
  return {
    ...(sizes.length === 0 ? {} : { pss: sizes.reduce((sum, size) => sum + size, 0) }),
    ...(current === undefined ? {} : { current }),
    host: hostBytes(),
  };
}

/** Bytes of the `Pss:` line of /proc/PID/smaps_rollup (`man 5 proc_pid_smaps`). */
export function parsePss(text: string): number | undefined {
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(text)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

function currentBytes(group: ControlGroup): number | undefined {
  return numberIn(group.read("memory", group.version === 2 ? "memory.current" : "memory.usage_in_bytes"));
}

/** `memory.peak` exists since Linux 5.19. */
function peakBytes(group: ControlGroup): number | undefined {
  return numberIn(group.read("memory", group.version === 2 ? "memory.peak" : "memory.max_usage_in_bytes"));
}

function numberIn(text: string): number | undefined {
  return text.trim() === "" ? undefined : Number(text);
}

/** Memory of the host in use: MemTotal - MemAvailable. */
export function hostBytes(): number {
  const { MemTotal = 0, MemAvailable = 0 } = parseMeminfo(readOr("/proc/meminfo"));
  return MemTotal - MemAvailable;
}
