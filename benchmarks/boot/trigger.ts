import { spawn } from "node:child_process";
import { once } from "node:events";
import { CommandError, type Connection, restartMachine, sh, UserError } from "../../hosts/index.ts";
import type { Place } from "../define.ts";
import { type ConsoleWatch, watchConsole } from "./console.ts";

export interface TriggerOptions {
  readonly connection: Exclude<Connection, { kind: "local" }>;
  /** Run by `sh -c` on the controller: cuts the power of the host and gives it again. */
  readonly powerCycle: string | undefined;
  readonly disk: "fresh" | "kept";
  /** Lab machines: whether the controller's page cache of the disk's images is dropped before the start. */
  readonly pageCache: "warm" | "dropped";
}

/** The start of a boot. */
export interface Triggered {
  /** CLOCK_MONOTONIC nanoseconds of the controller. */
  readonly start: bigint;
  readonly console?: ConsoleWatch;
  /** Bytes of the disk's images that the controller's page cache held right before the start; only where it was dropped. */
  readonly residentBytes?: number;
}

/** Places whose machine already has the snapshot that every boot of this session starts from. */
const frozen = new WeakSet<Place>();

/** Starts the boot and returns at once. Rejects with `UserError` when the host can't be told. */
export async function trigger(place: Place, options: TriggerOptions): Promise<Triggered> {
  await place.transport.run(sh`sync`, { timeoutSeconds: 300 });
  if (options.powerCycle !== undefined) return powerCycle(place, options.powerCycle);
  return options.connection.kind === "lab" ? restart(place, options.connection.directory, options) : reboot(place);
}

async function restart(
  place: Place,
  directory: string,
  { disk, pageCache }: Pick<TriggerOptions, "disk" | "pageCache">,
): Promise<Triggered> {
  await place.transport.close();
  let start = 0n;
  let console: ConsoleWatch | undefined;
  const { residentBytes } = await restartMachine(place.root, directory, {
    signal: place.signal,
    pageCache,
    disk: disk === "kept" ? "kept" : frozen.has(place) ? "snapshot" : "frozen",
    onExec: (serialLog) => {
      console?.stop();
      console = watchConsole(serialLog);
      start = process.hrtime.bigint();
    },
  });
  frozen.add(place);
  return { start, ...(console === undefined ? {} : { console }), ...(residentBytes === undefined ? {} : { residentBytes }) };
}

/** `reboot` may lose the connection before it has returned: that is its success. */
async function reboot({ transport, signal }: Place): Promise<Triggered> {
  const start = process.hrtime.bigint();
  await transport.run(sh`reboot`, { signal, timeoutSeconds: 60 }).catch((error: unknown) => {
    if (!(error instanceof CommandError) || error.failure === "exit") throw error;
  });
  await transport.close();
  return { start };
}

async function powerCycle({ transport, signal }: Place, command: string): Promise<Triggered> {
  await transport.close();
  const start = process.hrtime.bigint();
  const child = spawn("sh", ["-c", command], { stdio: "ignore", signal });
  const [code] = await once(child, "exit");
  if (code === 0) return { start };
  throw new UserError(`powerCycle ended with exit code ${code}: ${command}`, {
    remedy: "try the command by hand on this machine",
  });
}
