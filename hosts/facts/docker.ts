import { z } from "zod";

const info = z.object({
  ServerVersion: z.string().optional(),
  Driver: z.string().optional(),
  DriverStatus: z.array(z.tuple([z.string(), z.string()])).nullish(),
  CgroupDriver: z.string().optional(),
  DefaultRuntime: z.string().optional(),
  FirewallBackend: z.object({ Driver: z.string() }).optional(),
  SecurityOptions: z.array(z.string()).nullish(),
  MemoryLimit: z.boolean().optional(),
  CPUSet: z.boolean().optional(),
});

const daemon = z.object({ "userland-proxy": z.boolean().default(true) });

/** The network that a container gets without being told another one. */
const network = z.object({ Driver: z.string(), Options: z.record(z.string(), z.string()).nullish() });

/** What Docker's daemon says and was told: empty where it does not run, `file` also where it has none. */
interface DockerTexts {
  /** Its `/info`. */
  readonly info: string;
  /** The default network, as it describes it. */
  readonly network: string;
  /** Its daemon.json. */
  readonly file: string;
  /** Its command line, a word per line. */
  readonly words: string;
}

/** Facts of Docker. Nothing when its daemon does not run. */
export function dockerFacts({ info: infoText, network: networkText, file, words }: DockerTexts): Record<string, string> {
  const parsed = info.safeParse(json(infoText));
  if (infoText === "" || !parsed.success) return {};
  const { data } = parsed;
  const status = Object.fromEntries(data.DriverStatus ?? []);
  const facts = {
    "docker.server": data.ServerVersion,
    "docker.storageDriver": data.Driver,
    "docker.storageDriverType": status["driver-type"],
    "docker.backingFilesystem": status["Backing Filesystem"],
    "docker.cgroupDriver": data.CgroupDriver,
    "docker.runtime": data.DefaultRuntime,
    "docker.firewallBackend": data.FirewallBackend?.Driver,
    "docker.security": (data.SecurityOptions ?? []).join(" "),
    "docker.memoryLimit": data.MemoryLimit?.toString(),
    "docker.cpuset": data.CPUSet?.toString(),
    "docker.networkMode": networkMode(networkText),
    "docker.userlandProxy": userlandProxy(file, words),
  };
  return Object.fromEntries(Object.entries(facts).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** On unless file or command line say otherwise; the daemon does not start where both speak of it. */
function userlandProxy(file: string, words: string): string {
  const [, told] = /^--userland-proxy(?:=(\w+))?$/m.exec(words) ?? [];
  return told ?? String(daemon.safeParse(json(file)).data?.["userland-proxy"] ?? true);
}

/** `bridge mtu 1500`; absent on a daemon that was started without its bridge. */
function networkMode(text: string): string | undefined {
  const found = network.safeParse(json(text));
  if (!found.success) return undefined;
  const mtu = found.data.Options?.["com.docker.network.driver.mtu"];
  return `${found.data.Driver}${mtu === undefined ? "" : ` mtu ${mtu}`}`;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
