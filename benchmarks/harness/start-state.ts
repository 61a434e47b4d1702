import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sleep } from "./clock.ts";
import { type ColdStart, type ColdStartOrder, coldStart } from "./cold-start.ts";
import { run } from "./command.ts";
import { apiSocket } from "./engine-api.ts";

/** What is made cold before a start. Each state is a series of its own: values of two states are never comparable. */
export type StartState = "warm" | "cold-cache" | "engine-restart" | "load-included";

export type StateColdStart = ColdStart | { readonly outcome: "skipped"; readonly cause: string };

interface Prepared {
  /** Why the host can't be brought into the state at all. */
  readonly skipped?: string;
  /** Words that have to run, and succeed, between the first stamp and the start. */
  readonly load?: readonly string[];
}

const ENGINE_SECONDS = 300;
const LOAD_SECONDS = 1800;

type StateOrder = Omit<ColdStartOrder, "socket"> & {
  readonly state: StartState;
  /** What is asked for the start: the engine's command line (default), or its API. */
  readonly trigger?: "cli" | "socket";
};

/** Brings host and engine into the state, then takes one cold start. Rejects when the engine or the image does not come back. */
export async function coldStartIn({ state, trigger, ...order }: StateOrder): Promise<StateColdStart> {
  const hidden = order.address === "container" ? noReachableAddress(order.starter) : undefined;
  const api = trigger === "socket" ? await apiSocket(order.starter) : undefined;
  const refused = hidden ?? api?.skipped;
  if (refused !== undefined) return { outcome: "skipped", cause: refused };
  const { skipped, load } = await states[state](order);
  if (skipped !== undefined) return { outcome: "skipped", cause: skipped };
  return coldStart({ ...order, socket: api?.path, loading: load });
}

/** Why containers of this engine have no address that this host reaches. */
function noReachableAddress(starter: ColdStartOrder["starter"]): string | undefined {
  if (starter === "process") return "a process has no address of its own";
  if (starter === "podman" && process.getuid?.() !== 0)
    return "a container of Podman without root has no address that its host reaches: only published ports";
  return undefined;
}

const states: Readonly<Record<StartState, (order: ColdStartOrder) => Promise<Prepared>>> = {
  warm: async () => ({}),
  "cold-cache": async () => dropCaches(),
  "engine-restart": ({ starter }) => restartEngine(starter),
  "load-included": removeImage,
};

const DROP_CACHES = "/proc/sys/vm/drop_caches";

/** Page cache, dentries and inodes (Documentation/admin-guide/sysctl/vm.rst); dirty pages are written first, as only clean ones can go. */
async function dropCaches(): Promise<Prepared> {
  await run(["sync"], ENGINE_SECONDS);
  try {
    writeFileSync(DROP_CACHES, "3\n");
    return {};
  } catch (error) {
    return { skipped: `the page cache can't be dropped: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** The service manager's words by the folder that exists while it runs (sd_booted(3); rc-service(8)). */
const serviceManagers = [
  { runs: "/run/systemd/system", restart: (name: string) => ["systemctl", "restart", name] },
  { runs: "/run/openrc/softlevel", restart: (name: string) => ["rc-service", name, "restart"] },
] as const;

async function restartEngine(engine: ColdStartOrder["starter"]): Promise<Prepared> {
  if (engine !== "docker")
    return { skipped: `${engine} has no service that could be restarted: nothing of it stays between starts` };
  const manager = serviceManagers.find(({ runs }) => existsSync(runs));
  if (manager === undefined) return { skipped: "neither systemd nor OpenRC runs the engine here" };
  await expectSuccess(manager.restart("docker"), ENGINE_SECONDS);
  const until = Date.now() + ENGINE_SECONDS * 1000;
  for (;;) {
    const { code, tail } = await run(["docker", "info"], ENGINE_SECONDS);
    if (code === 0) return {};
    if (Date.now() > until) throw new Error(`docker does not answer ${ENGINE_SECONDS} s after its restart: ${tail}`);
    await sleep(250);
  }
}

/** Where an image waits while the engine has none: a disk, because /run is memory. */
const ARCHIVES = "/var/tmp/distrobench-images";
const archives = new Map<string, string>();

/** The archive is made once per session; it is gone when the session ends. */
async function removeImage({ starter, image }: ColdStartOrder): Promise<Prepared> {
  if (starter === "process") return { skipped: "a process has no image" };
  const archive = await archiveOf(starter, image);
  const id = (await expectSuccess([starter, "image", "inspect", "--format", "{{.Id}}", image], ENGINE_SECONDS)).trim();
  await expectSuccess([starter, "rmi", image], ENGINE_SECONDS);
  const left = await run([starter, "image", "inspect", id], ENGINE_SECONDS);
  const load = [starter, "load", "--input", archive];
  if (left.code !== 0) return { load };
  await expectSuccess(load, LOAD_SECONDS);
  return { skipped: `${image} has a second name on this host, so that its layers can't be removed` };
}

async function archiveOf(starter: "docker" | "podman", image: string): Promise<string> {
  const key = `${starter} ${image}`;
  const known = archives.get(key);
  if (known !== undefined && existsSync(known)) return known;
  // What a killed session left; sessions of one machine never overlap.
  if (archives.size === 0) rmSync(ARCHIVES, { recursive: true, force: true });
  mkdirSync(ARCHIVES, { recursive: true, mode: 0o700 });
  const path = join(ARCHIVES, `${process.pid}-${archives.size}.tar`);
  archives.set(key, path);
  await expectSuccess([starter, "save", "--output", path, image], LOAD_SECONDS);
  await run(["sync"], ENGINE_SECONDS);
  return path;
}

/** An image that was away when the session ended is delivered again by the next `up`. */
export function removeArchives(): void {
  if (archives.size > 0) rmSync(ARCHIVES, { recursive: true, force: true });
  archives.clear();
}

async function expectSuccess(command: readonly string[], timeoutSeconds: number): Promise<string> {
  const { code, stdout, tail } = await run(command, timeoutSeconds);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with exit code ${code}: ${tail}`);
  return stdout;
}
