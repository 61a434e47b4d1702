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

/** Facts from Docker's `/info`, its default network and its daemon.json. Nothing when the daemon does not run. */
export function dockerFacts(infoText: string, networkText: string, daemonText: string): Record<string, string> {
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
    "docker.userlandProxy": String(daemon.safeParse(json(daemonText)).data?.["userland-proxy"] ?? true),
  };
  return Object.fromEntries(Object.entries(facts).filter((entry): entry is [string, string] => entry[1] !== undefined));
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
