import type { Duplex } from "node:stream";
import { type Config, NodeSSH } from "node-ssh";
import type { Client } from "ssh2";
import type { SshHop } from "../connection.ts";
import { ConnectionError } from "../errors.ts";
import { credentials } from "./credentials.ts";
import { expectedKeys, judgeHostKey, preferredAlgorithms } from "./host-key.ts";

/** An authenticated connection. The hops before it end with it. */
export interface Dialled {
  readonly ssh: NodeSSH;
  readonly client: Client;
}

export interface DialOptions {
  readonly host: string;
  /** Bastions first, the host last. */
  readonly hops: readonly SshHop[];
  /** Bound for each hop. */
  readonly seconds: number;
  readonly signal: AbortSignal | undefined;
  /** An open connection to the first hop; made here by default. */
  readonly socket?: Duplex;
  /** Called after each successful handshake. */
  onHandshake(): void;
}

/** Goes through the bastions to the host. Rejects with `ConnectionError`, and leaves no connection behind then. */
export async function dial(options: DialOptions): Promise<Dialled> {
  let last: Dialled | undefined;
  try {
    for (const hop of options.hops) {
      const before: Dialled | undefined = last;
      const socket = before === undefined ? options.socket : await tunnel(options, before, hop);
      last = await dialHop(options, hop, socket);
      options.onHandshake();
      if (before !== undefined) last.client.once("close", () => before.client.end());
    }
  } catch (error) {
    last?.client.end();
    throw error;
  }
  if (last === undefined) throw new ConnectionError(options.host, "unresolved", "no address given");
  return last;
}

async function tunnel(options: DialOptions, before: Dialled, hop: SshHop): Promise<Duplex> {
  try {
    return await before.ssh.forwardOut("127.0.0.1", 0, hop.address, hop.port);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConnectionError(
      options.host,
      "unreachable",
      `the bastion before ${hop.address}:${hop.port} can't reach it: ${why}`,
      {
        remedy: "check the address, and that the bastion's sshd has AllowTcpForwarding on",
        cause,
      },
    );
  }
}

async function dialHop(options: DialOptions, hop: SshHop, socket: Duplex | undefined): Promise<Dialled> {
  const { host } = options;
  const expected = expectedKeys(host, hop);
  const login = credentials(host, hop);
  const ssh = new NodeSSH();
  let refused: ConnectionError | undefined;
  const config: Config = {
    host: hop.address,
    port: hop.port,
    username: hop.user,
    authHandler: [...login.methods],
    // The bound below is ours: it covers name look-up, connection, handshake and login together.
    readyTimeout: 0,
    keepaliveInterval: 20_000,
    keepaliveCountMax: 5,
    algorithms: {
      cipher: { prepend: ["aes128-gcm@openssh.com"], append: [], remove: [] },
      serverHostKey: { prepend: preferredAlgorithms(expected), append: [], remove: [] },
    },
    hostVerifier: (key: Buffer) => {
      refused = judgeHostKey(host, hop, expected, key);
      return refused === undefined;
    },
    ...(socket === undefined ? {} : { sock: socket }),
  };
  try {
    await within(options, ssh, ssh.connect(config));
  } catch (cause) {
    throw refused ?? classify(options, hop, login.description, cause);
  }
  const client = ssh.connection;
  if (client === null)
    throw new ConnectionError(host, "unreachable", `${hop.address}:${hop.port} closed the connection at once`, {
      remedy: SEE_LOG,
    });
  client.on("error", () => {});
  // Else what is small waits up to 40 ms for the acknowledgement of what went before (Nagle's algorithm).
  client.setNoDelay(true);
  return { ssh, client };
}

class TooLate extends Error {}

/** Bounds an attempt; what is half open then is destroyed. */
async function within(options: DialOptions, ssh: NodeSSH, attempt: Promise<unknown>): Promise<void> {
  let give: (error: Error) => void = () => {};
  const bound = new Promise<never>((_, reject) => {
    give = reject;
  });
  const timer = setTimeout(() => give(new TooLate()), options.seconds * 1000);
  const onAbort = () => give(new Error("stopped on request"));
  options.signal?.addEventListener("abort", onAbort);
  if (options.signal?.aborted) onAbort();
  try {
    await Promise.race([attempt, bound]);
  } catch (error) {
    ssh.connection?.on("error", () => {});
    ssh.connection?.destroy();
    attempt.catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", onAbort);
  }
}

const SEE_LOG = "check that an SSH server listens on this port; its log on the host says more";

/** Socket errors by code: what they mean, and the remedy. */
const SOCKET_ERRORS: Readonly<Record<string, readonly [meaning: string, remedy: string]>> = {
  ECONNREFUSED: ["refused the connection", "check the port, and that sshd runs there"],
  EHOSTUNREACH: ["is not reachable", "check the address, and that the host is switched on"],
  ENETUNREACH: ["is not reachable: no route to its network", "check the address and this machine's network"],
  ECONNRESET: ["closed the connection", "look at the host's sshd log: it may refuse this address or be overloaded (MaxStartups)"],
  ETIMEDOUT: ["did not answer", "check the address, and that no firewall is in between"],
  ENOTFOUND: ["has no address: the name is not known", "check the spelling, or give an IP address"],
  EAI_AGAIN: ["could not be looked up: the name service did not answer", "try again, or give an IP address"],
};

function classify(options: DialOptions, hop: SshHop, tried: string, cause: unknown): ConnectionError {
  const { host, seconds } = options;
  const where = `${hop.address}:${hop.port}`;
  const error: Error & { code?: unknown; level?: unknown } = cause instanceof Error ? cause : new Error(String(cause));
  if (cause instanceof TooLate)
    return new ConnectionError(host, "timeout", `no session with ${where} within ${seconds} s`, {
      remedy: "check that the host is up and its sshd answers",
    });
  if (error.level === "client-authentication")
    return new ConnectionError(host, "authentication", `${where} did not let user "${hop.user}" in (tried: ${tried})`, {
      remedy: `check the user's name, and that the public key is in ~${hop.user}/.ssh/authorized_keys`,
    });
  const known = SOCKET_ERRORS[String(error.code)];
  if (known !== undefined) return new ConnectionError(host, "unreachable", `${where} ${known[0]}`, { remedy: known[1], cause });
  return new ConnectionError(host, "unreachable", `no session with ${where}: ${error.message}`, { remedy: SEE_LOG, cause });
}
