import { UserError } from "../../hosts/index.ts";
import type { HostLoad } from "../harness/host-load.ts";
import { limits } from "../validity/limits.ts";

/** What a host that is too busy to be measured does, one phrase per limit that is exceeded. Pure. */
function tooBusy({ pressure, steal }: HostLoad): readonly string[] {
  const found = [
    ["CPU pressure", pressure, limits.pressure],
    ["CPU time taken by the hypervisor", steal, limits.steal],
  ] as const;
  return found.flatMap(([what, share, limit]) => (share > limit ? [`${what} ${percent(share)} (limit ${percent(limit)})`] : []));
}

/**
 * Refuses a host that something else uses, before the first sample: whatever is measured there is about that as well. With `noisyHost` the
 * session goes on and what was found is returned as a warning. Throws `UserError` with the busiest processes.
 */
export function refuseBusyHost(host: string, load: HostLoad, noisyHost: boolean): string | undefined {
  const found = tooBusy(load);
  if (found.length === 0) return undefined;
  const message = `${host} is too busy to measure on: ${found.join(", ")}${whoElse(load)}`;
  if (noisyHost) return `${message}\ngoes on because of noisyHost: its samples are marked and are never a baseline`;
  throw new UserError(message, {
    remedy:
      "end what runs there and try again; or write noisyHost: true at the benchmark, or for this run alone ./distrobench up --noisy-host: it is measured all the same, marked, and never a baseline",
  });
}

function whoElse({ processes, busy }: HostLoad): string {
  if (processes.length === 0) return `; no process of this system uses a CPU (${percent(busy)} busy)`;
  return `; busiest: ${processes.map(({ command, pid, cpus }) => `${command} (process ${pid}) ${percent(cpus)} of a CPU`).join(", ")}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;
}
