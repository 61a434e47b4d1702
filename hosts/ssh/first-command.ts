import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "ssh2";
import type { Connection, SshHop } from "../connection.ts";
import { ConnectionError } from "../errors.ts";
import { hopsTo } from "../ssh-pool.ts";
import { type Banner, waitForBanner } from "./banner.ts";
import { dial } from "./dial.ts";

/** When a host that starts came to which point: CLOCK_MONOTONIC nanoseconds of the controller. */
export interface FirstCommand {
  /** First connection that failed; absent when the first one was good. */
  readonly down?: bigint;
  /** First byte of the SSH server, and the start of the try before that one; absent behind a bastion. */
  readonly banner?: bigint;
  readonly tryBefore?: bigint;
  /** A command that needs a login has returned. */
  readonly answered: bigint;
  readonly bootId: string;
  /** Seconds since the kernel's start, on its own clock, as that command read it. */
  readonly uptime: number;
}

type Remote = Exclude<Connection, { kind: "local" }>;

export interface FirstCommandOptions {
  /** Absolute path of the project's root. */
  readonly root: string;
  /** Ends the waiting; the promise is then undefined. */
  readonly signal: AbortSignal;
  /** Of the system that is going: an answer with the same /proc/sys/kernel/random/boot_id is not the new one's. */
  readonly oldBootId?: string;
}

const LOGIN_SECONDS = { ssh: 15, lab: 60 } as const;
const RETRY_MILLISECONDS = 100;

/** Tries until the host has run a command for us. Rejects with `ConnectionError` when another machine answers. */
export async function waitForFirstCommand(connection: Remote, options: FirstCommandOptions): Promise<FirstCommand | undefined> {
  let down: bigint | undefined;
  while (!options.signal.aborted) {
    const found = await attempt(connection, options);
    down ??= found?.down;
    if (found?.command !== undefined && found.command.bootId !== options.oldBootId) {
      return { ...found.command, ...(down === undefined ? {} : { down }) };
    }
    await delay(RETRY_MILLISECONDS, undefined, { signal: options.signal }).catch(() => undefined);
  }
  return undefined;
}

interface Attempt {
  readonly down: bigint | undefined;
  readonly command?: FirstCommand;
}

async function attempt(connection: Remote, { root, signal }: FirstCommandOptions): Promise<Attempt | undefined> {
  const hops = await hopsTo(root, connection);
  const [first] = hops;
  if (first === undefined || hops.length > 1) return login(connection, hops, signal);
  const banner = await waitForBanner(first, signal);
  return banner === undefined ? undefined : login(connection, hops, signal, banner);
}

async function login(connection: Remote, hops: readonly SshHop[], signal: AbortSignal, banner?: Banner): Promise<Attempt> {
  try {
    const socket = banner === undefined ? {} : { socket: banner.socket };
    const seconds = LOGIN_SECONDS[connection.kind];
    const { client } = await dial({ host: connection.host, hops, seconds, signal, onHandshake: () => undefined, ...socket });
    const command = await identify(client).finally(() => client.end());
    return { down: banner?.firstFailed, command: { ...command, ...bannerStamps(banner) } };
  } catch (error) {
    banner?.socket.destroy();
    if (error instanceof ConnectionError && error.failure === "host-key") throw error;
    return { down: banner?.firstFailed ?? process.hrtime.bigint() };
  }
}

function bannerStamps(banner: Banner | undefined): Pick<FirstCommand, "banner" | "tryBefore"> {
  if (banner === undefined) return {};
  return { banner: banner.seen, ...(banner.tryBefore === undefined ? {} : { tryBefore: banner.tryBefore }) };
}

/** One command that says which boot it ran in and how old that is. */
function identify(client: Client): Promise<Pick<FirstCommand, "answered" | "bootId" | "uptime">> {
  return new Promise((resolve, reject) => {
    client.once("close", () => reject(new Error("the connection was gone")));
    client.exec("cat /proc/sys/kernel/random/boot_id /proc/uptime", (error, channel) => {
      if (error !== undefined) return reject(error);
      let output = "";
      channel.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
      channel.stderr.resume();
      channel.on("close", (code: number | null) => {
        const answered = process.hrtime.bigint();
        const [bootId = "", uptime = ""] = output.split(/\s+/);
        if (code === 0 && uptime !== "") resolve({ answered, bootId, uptime: Number(uptime) });
        else reject(new Error(`exit code ${code}`));
      });
    });
  });
}
