import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { DISK_FOLDER, EDITOR_DIRECTORY, type RemoteProcess, sh, type Transport } from "../../hosts/index.ts";

/** An editor server on the host, reached through the SSH connection. */
export interface Editor {
  /** `http://127.0.0.1:PORT` on the controller. */
  readonly address: string;
  readonly password: string;
  /** How often it was started until it listened. */
  readonly starts: number;
  stop(): Promise<void>;
}

/** The server says so right after listen(); one request then proves it. */
const LISTENING = /HTTP server listening on http:\/\/127\.0\.0\.1:(\d+)/;

/** It gives a second process of its own ten seconds to answer, too few on a busy emulated host, and ends with this. */
const GAVE_UP = /error timed out/;
const MOST_STARTS = 5;

/**
 * Starts the server on a free port of the host's 127.0.0.1, with a password of this run only, and settings of its own: no other user of the
 * host gets in, and nobody's editor settings are touched. One that gave up by itself is started again, as a person would. Rejects with
 * `Error` when it ends before it listens, or doesn't answer.
 */
export async function startEditor(transport: Transport, folder: string, signal: AbortSignal): Promise<Editor> {
  for (let starts = 1; ; starts += 1) {
    try {
      return { ...(await startOnce(transport, folder, signal)), starts };
    } catch (error) {
      if (starts === MOST_STARTS || !(error instanceof Error && GAVE_UP.test(error.message))) throw error;
    }
  }
}

async function startOnce(transport: Transport, folder: string, signal: AbortSignal): Promise<Omit<Editor, "starts">> {
  const password = randomBytes(24).toString("hex");
  const server = await transport.start(serverScript(folder), { signal });
  let bridge: Bridge | undefined;
  const stop = async () => {
    bridge?.close();
    await server.kill();
  };
  try {
    server.stdin.write(`${password}\n`);
    bridge = await openBridge(transport, await listening(server));
    const { address } = bridge;
    const answer = await fetch(`${address}/healthz`, { signal });
    if (!answer.ok) throw new Error(`it answers with status ${answer.status}`);
    return { address, password, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function serverScript(folder: string) {
  const home = `${DISK_FOLDER}/home`;
  const options = ["--auth", "password", "--bind-addr", "127.0.0.1:0", "--user-data-dir", `${home}/data`];
  const quiet = [
    "--disable-telemetry",
    "--disable-update-check",
    "--disable-workspace-trust",
    "--disable-getting-started-override",
  ];
  return sh`umask 077; mkdir -p ${home}
read -r PASSWORD; export PASSWORD
export HOME=${home}; unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME
cd ${EDITOR_DIRECTORY} && exec ./node code-server/out/node/entry.js ${options} ${quiet} --extensions-dir ${`${home}/extensions`} ${folder} 2>&1`;
}

async function listening(server: RemoteProcess): Promise<number> {
  const said: string[] = [];
  for await (const line of createInterface({ input: server.stdout })) {
    const port = LISTENING.exec(line)?.[1];
    if (port !== undefined) {
      server.stdout.resume();
      return Number(port);
    }
    said.push(line);
  }
  throw new Error(`it ended before it listened: ${said.slice(-5).join("; ")}`);
}

interface Bridge {
  readonly address: string;
  close(): void;
}

/** A port of the controller's 127.0.0.1 that leads to the host's. */
async function openBridge(transport: Transport, port: number): Promise<Bridge> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
    transport.connect(port).then(
      (remote) => {
        remote.on("error", () => socket.destroy()).on("close", () => socket.destroy());
        socket.on("close", () => remote.destroy());
        socket.pipe(remote).pipe(socket);
      },
      () => socket.destroy(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new TypeError("a TCP server has a port");
  return {
    address: `http://127.0.0.1:${bound.port}`,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
