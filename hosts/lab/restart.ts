import { access, link, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { withLock } from "../lock.ts";
import { machineFiles, machinePath } from "./arrangement.ts";
import { writeSshConfig } from "./keys.ts";
import { runLocal } from "./local-process.ts";
import { readMachine } from "./machine-file.ts";
import { dropDiskCache, requireCacheTools } from "./page-cache.ts";
import { startProcess, stopProcess } from "./process.ts";

export interface RestartOptions {
  readonly signal: AbortSignal;
  /**
   * What the machine boots from: `kept`, its disk as it is; `frozen`, its disk as it is, which from now on stays as a snapshot below
   * a fresh overlay; `snapshot`, a fresh overlay over that snapshot, so that every boot finds the same bytes.
   */
  readonly disk: "kept" | "frozen" | "snapshot";
  /** What the controller's page cache holds of the disk's images when QEMU starts: what it holds anyway, or nothing. */
  readonly pageCache?: "warm" | "dropped";
  /** Called just before QEMU is spawned; the machine's serial console is a new file from then on. */
  onExec(serialLog: string): void;
}

/** For a disk that is kept: a guest that does not power off by itself in this time is ended, as by a cut of its power. */
const GRACE_SECONDS = 60;

export interface RestartedMachine {
  readonly serialLog: string;
  /** Bytes of the disk's images that the controller's page cache still held after they were dropped; only where that was asked for. */
  readonly residentBytes?: number;
}

/** Stops a lab machine and starts its process again; does not wait for the guest. Rejects with `UserError`. */
export async function restartMachine(root: string, directory: string, options: RestartOptions): Promise<RestartedMachine> {
  const path = machinePath(root, directory);
  return withLock(path, { signal: options.signal }, async () => {
    const machine = await readMachine(path);
    if (machine === undefined) throw new UserError(`there is no lab machine in ${path}`, { remedy: "run ./distrobench up" });
    if (options.pageCache === "dropped") await requireCacheTools();
    await stopProcess(path, machine.uuid, options.disk === "snapshot" ? 0 : GRACE_SECONDS);
    const resident = await prepareDisk(path, options);
    const serialLog = join(path, machineFiles.serialLog);
    const started = await startProcess(path, machine, options.signal, () => options.onExec(serialLog));
    await writeSshConfig(path, { name: machine.inputs.name, port: started.running.port, hostKey: machine.hostKey });
    return { serialLog, ...resident };
  });
}

/** The disk that the machine boots from, and in the page cache of it what was asked for. */
async function prepareDisk(
  path: string,
  { disk, pageCache, signal }: RestartOptions,
): Promise<Pick<RestartedMachine, "residentBytes">> {
  if (disk === "frozen") await freeze(path, signal);
  if (disk !== "kept") await freshOverlay(path, signal);
  return pageCache === "dropped" ? { residentBytes: await dropDiskCache(path, signal) } : {};
}

/** Makes the disk as it is now the snapshot. Between two steps of it the overlay is always whole. */
async function freeze(path: string, signal: AbortSignal): Promise<void> {
  const [overlay, snapshot] = [join(path, machineFiles.overlay), join(path, machineFiles.snapshot)];
  const exists = await access(snapshot).then(
    () => true,
    () => false,
  );
  if (exists) await runLocal("qemu-img", ["commit", "-q", machineFiles.overlay], { cwd: path, signal });
  else await link(overlay, snapshot);
}

async function freshOverlay(path: string, signal: AbortSignal): Promise<void> {
  const fresh = `${machineFiles.overlay}.new`;
  await rm(join(path, fresh), { force: true });
  const words = ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", machineFiles.snapshot, fresh];
  await runLocal("qemu-img", words, { cwd: path, signal });
  await rename(join(path, fresh), join(path, machineFiles.overlay));
}
