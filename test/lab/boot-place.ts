import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPlace, type SessionPlace } from "../../benchmarks/session/place.ts";
import { type Connection, createSshPool, gatherFacts, type LabMachineInputs } from "../../hosts/index.ts";
import { labMachineHandler } from "../../hosts/lab/handler.ts";
import { labContext } from "./operation-context.ts";

/** A place on a host, calibrated, as a session hands it to a test. */
export interface BootPlace {
  readonly place: SessionPlace;
  close(): Promise<void>;
}

/** Opens a place on a host that is there. `root` is what paths of the connection are below. */
export async function openBootPlace(connection: Connection, root: string): Promise<BootPlace> {
  const pool = createSshPool({ root, dialSeconds: 60 });
  try {
    const transport = await pool.transport(connection);
    const facts = await gatherFacts(transport);
    const place = await openPlace(
      { transport, connection, facts },
      { session: "e2e-boot", root, signal: new AbortController().signal, progress: () => undefined },
    );
    await place.harness.request("calibrate", { starters: [] }, { timeoutSeconds: 300 });
    return {
      place,
      close: async () => {
        await place.close();
        await pool.close();
      },
    };
  } catch (error) {
    await pool.close();
    throw error;
  }
}

/** A lab machine with the disk of the quickstart stack, so that the cache serves both. */
export interface BootMachine extends BootPlace {
  readonly root: string;
  readonly inputs: LabMachineInputs;
  readonly stored: Awaited<ReturnType<typeof labMachineHandler.create>>;
}

/** Boots a lab machine in a folder of its own and opens a place on it; `close` removes both. */
export async function openBootMachine(name: string): Promise<BootMachine> {
  const root = await mkdtemp(join(tmpdir(), `${name}-`));
  const inputs: LabMachineInputs = {
    ...{ name, directory: `.distrobench/lab/e2e/${name}`, distribution: "debian", release: "trixie" },
    ...{ cpus: 2, memoryMiB: 1024, diskGiB: 8, accelerator: "auto", state: "running" },
    packages: ["docker", "podman", "git", "python", "node", "curl"],
  };
  const stored = await labMachineHandler.create(labContext(root), inputs);
  const remove = async () => {
    await labMachineHandler.delete(labContext(root), { inputs, ...stored });
    await rm(root, { recursive: true, force: true });
  };
  try {
    const opened = await openBootPlace({ kind: "lab", host: name, directory: inputs.directory }, root);
    const close = async () => {
      await opened.close();
      await remove();
    };
    return { place: opened.place, close, root, inputs, stored };
  } catch (error) {
    await remove();
    throw error;
  }
}
