import { readFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import tls from "node:tls";
import { PluginError } from "../../../provider/server/index.ts";
import type { ProviderArguments } from "./schema.ts";
import { StdioSocket } from "./stdio-socket.ts";

type Open = () => Duplex;

/** Connections to the daemon that a `host` names, for `node:http`; kept open between requests. */
export function agentFor(settings: ProviderArguments): http.Agent {
  const open = opener(settings);
  const agent = new http.Agent({ keepAlive: true });
  agent.createConnection = () => open();
  return agent;
}

export function isSsh(host: string): boolean {
  return host.startsWith("ssh://");
}

function opener(settings: ProviderArguments): Open {
  const url = parse(settings.host);
  const open = openers[url.protocol]?.(url, settings);
  if (open === undefined)
    throw new PluginError("invalid-argument", `docker host ${settings.host}: expected unix://, tcp://, https:// or ssh://`);
  return open;
}

const openers: Readonly<Record<string, (url: URL, settings: ProviderArguments) => Open>> = {
  "unix:": (url) => () => net.connect({ path: decodeURIComponent(url.pathname) }),
  "tcp:": (url, settings) => network(url, settings, false),
  "http:": (url) => () => net.connect({ host: url.hostname, port: portOf(url, 80) }),
  "https:": (url, settings) => network(url, settings, true),
  "ssh:": (url, settings) => () => new StdioSocket("ssh", sshArguments(url, settings.sshOpts)),
};

function network(url: URL, settings: ProviderArguments, alwaysEncrypted: boolean): Open {
  const keys = certificates(settings);
  if (keys === undefined && !alwaysEncrypted) return () => net.connect({ host: url.hostname, port: portOf(url, 2375) });
  return () => tls.connect({ host: url.hostname, port: portOf(url, 2376), servername: url.hostname, ...keys });
}

/** As the Docker client does it; `--` keeps a host name from being read as an option. */
function sshArguments(url: URL, options: readonly string[]): readonly string[] {
  return [
    "-o",
    "ConnectTimeout=30",
    "-T",
    ...options,
    ...(url.username === "" ? [] : ["-l", decodeURIComponent(url.username)]),
    ...(url.port === "" ? [] : ["-p", url.port]),
    "--",
    url.hostname,
    "docker system dial-stdio",
  ];
}

function certificates(settings: ProviderArguments): tls.SecureContextOptions | undefined {
  const { certMaterial, keyMaterial, caMaterial, certPath } = settings;
  if (certMaterial !== undefined && keyMaterial !== undefined)
    return { cert: certMaterial, key: keyMaterial, ...(caMaterial === undefined ? {} : { ca: caMaterial }) };
  if (certPath === undefined || certPath === "") return undefined;
  const read = (name: string) => readFileSync(join(certPath, name));
  return { cert: read("cert.pem"), key: read("key.pem"), ca: read("ca.pem") };
}

function portOf(url: URL, standard: number): number {
  return url.port === "" ? standard : Number(url.port);
}

function parse(host: string): URL {
  try {
    return new URL(host);
  } catch (cause) {
    throw new PluginError("invalid-argument", `docker host ${host} is not an address such as unix:///var/run/docker.sock`, {
      cause,
    });
  }
}
