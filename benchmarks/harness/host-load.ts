import { monotonic, secondsBetween, sleep } from "./clock.ts";
import { readOr } from "./conditions.ts";
import { processIds } from "./folder.ts";
import { type PressureReading, pressureOver, readPressure, STEP_MS } from "./pressure.ts";
import { parseProcess, parseStat, TICKS_PER_SECOND } from "./proc.ts";

/** What this host does while nothing of ours runs. Shares are between 0 and 1. */
export interface HostLoad {
  /** Time in which some task waited for a CPU. */
  readonly pressure: number;
  /** CPU time that the hypervisor took. */
  readonly steal: number;
  /** CPU time of all CPUs that was used. */
  readonly busy: number;
  /** Processes that used most of it, busiest first; 1 is one whole CPU. */
  readonly processes: readonly { readonly pid: number; readonly command: string; readonly cpus: number }[];
}

export interface RestOrder {
  /** Where all limits are kept there is nothing to wait for. */
  readonly limits: { readonly pressure: number; readonly steal: number };
  readonly windowSeconds: number;
  /** How long a host that is still busy with what was set up on it may take to come to rest. */
  readonly timeoutSeconds: number;
}

const SHOWN = 5;
/** A process below this share of a CPU explains nothing. */
const LEAST_CPUS = 0.01;

/** Looks at one window after the other until the host is within the limits, and returns the last one. */
export async function atRest({ limits, windowSeconds, timeoutSeconds }: RestOrder): Promise<HostLoad> {
  const start = monotonic();
  for (;;) {
    const load = await loadOver(windowSeconds);
    const quiet = load.pressure <= limits.pressure && load.steal <= limits.steal;
    if (quiet || secondsBetween(start, monotonic()) >= timeoutSeconds) return load;
  }
}

async function loadOver(seconds: number): Promise<HostLoad> {
  const [ticks, before] = [parseStat(readOr("/proc/stat")), processes()];
  const readings: PressureReading[] = [readPressure()];
  while (readings.length <= (seconds * 1000) / STEP_MS) {
    await sleep(STEP_MS);
    readings.push(readPressure());
  }
  const now = parseStat(readOr("/proc/stat"));
  const total = Math.max(1, now.total - ticks.total);
  const passed = secondsBetween(readings[0]?.at ?? 0n, readings.at(-1)?.at ?? 0n);
  return {
    pressure: pressureOver(readings) ?? 0,
    steal: (now.steal - ticks.steal) / total,
    busy: 1 - (now.idle - ticks.idle) / total,
    processes: busiest(before, processes(), passed),
  };
}

type Processes = ReadonlyMap<number, { readonly command: string; readonly ticks: number }>;

/** All processes but this program itself. */
function processes(): Processes {
  const pids = processIds().filter((pid) => Number(pid) !== process.pid);
  return new Map(
    pids.flatMap((pid) => {
      const found = parseProcess(readOr(`/proc/${pid}/stat`));
      return found === undefined ? [] : [[Number(pid), found]];
    }),
  );
}

/** Processes by the CPU time they used between two looks; one that began in between counts from its start. Pure. */
export function busiest(before: Processes, now: Processes, seconds: number): HostLoad["processes"] {
  return [...now]
    .map(([pid, { command, ticks }]) => {
      const earlier = before.get(pid);
      const used = ticks - (earlier?.command === command ? earlier.ticks : 0);
      return { pid, command, cpus: used / TICKS_PER_SECOND / seconds };
    })
    .filter(({ cpus }) => cpus >= LEAST_CPUS)
    .sort((a, b) => b.cpus - a.cpus)
    .slice(0, SHOWN);
}
