import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Channel, ChannelOpener, Exit } from "./channel.ts";
import type { Connection } from "./connection.ts";
import { openSession } from "./open-session.ts";
import { type Session, ShellTransport } from "./shell-transport.ts";
import type { Transport, TransportStatistics } from "./transport.ts";

type LocalConnection = Extract<Connection, { kind: "local" }>;

/**
 * The controller itself as a host, with the same guarantees as over SSH: nothing we started survives this process.
 * Rejects with `ConnectionError` when it can't become root.
 */
export async function createLocalTransport(
  connection: LocalConnection,
  counters: { -readonly [Key in keyof TransportStatistics]: number } = noCounts(),
): Promise<Transport> {
  const openAgain = () => openSession(connection.host, localOpener(), connection.become);
  let session: Promise<Session> | undefined = openAgain();
  await session;
  return new ShellTransport({
    host: connection.host,
    become: connection.become,
    counters,
    session: async () => {
      session ??= openAgain();
      return await session;
    },
    anew: async () => await createLocalTransport(connection, counters),
    close: async () => {
      const last = session;
      session = undefined;
      await (await last)?.warden.dismiss();
    },
  });
}

export function noCounts(): { -readonly [Key in keyof TransportStatistics]: number } {
  return { handshakes: 0, commands: 0, bytesSent: 0, bytesReceived: 0 };
}

function localOpener(): ChannelOpener {
  return { open: async (command) => openProcess(command), connect: connectHere, close: async () => {}, alive: true };
}

async function connectHere(port: number): Promise<Duplex> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  await once(socket, "connect");
  return socket;
}

/** `detached` makes it a session and group leader, as sshd would. */
function openProcess(command: string): Channel {
  const child = spawn("sh", ["-c", command], { detached: true, stdio: ["pipe", "pipe", "pipe"] });
  const ending = (event: "exit" | "close") =>
    new Promise<Exit>((resolve) => {
      child.once(event, (code, signal) => resolve({ code, signal }));
      child.once("error", () => resolve({ code: 127, signal: null }));
    });
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    exited: ending("exit"),
    closed: ending("close"),
    destroy: () => {
      child.kill("SIGKILL");
      child.stdin.destroy();
      child.stdout.destroy();
      child.stderr.destroy();
    },
  };
}
