import { type FileHandle, open } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { z } from "zod";

const answer = z.union([
  z.object({ error: z.object({ desc: z.string() }) }),
  z.object({ return: z.unknown() }),
  z.object({ event: z.string() }),
  z.object({ QMP: z.unknown() }),
]);

/** A session with a QEMU process over its machine protocol (QMP, docs/interop/qmp-spec in QEMU's source). */
export interface QmpSession {
  /** Runs a command. Rejects when QEMU refuses it, closes the connection, or takes longer than the session's time. */
  execute(command: string, commandArguments?: Readonly<Record<string, unknown>>): Promise<unknown>;
}

/** Opens a session with the QEMU that listens on `directory/name`, hands it to `use`, and closes it. All within `seconds`. */
export async function withQmp<Result>(
  directory: string,
  name: string,
  seconds: number,
  use: (session: QmpSession) => Promise<Result>,
): Promise<Result> {
  // A socket's address holds 108 bytes at most and machine directories are longer: go through a descriptor of the directory.
  const handle: FileHandle = await open(directory, "r");
  const socket = connect(`/proc/self/fd/${handle.fd}/${name}`);
  try {
    socket.setTimeout(seconds * 1000, () => socket.destroy(new Error(`no answer from QEMU for ${seconds} s`)));
    const execute = dialogue(socket);
    await execute("qmp_capabilities");
    return await use({ execute });
  } finally {
    socket.destroy();
    await handle.close();
  }
}

/** One command at a time: QMP answers in order, events may come between. */
function dialogue(socket: Socket): QmpSession["execute"] {
  const waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = [];
  let broken: Error | undefined;
  const fail = (error: Error): void => {
    broken ??= error;
    for (const one of waiting.splice(0)) one.reject(broken);
  };
  socket.on("error", fail);
  socket.on("close", () => fail(new Error("QEMU closed its control connection")));
  createInterface({ input: socket })
    .on("error", fail)
    .on("line", (line) => {
      const message = answer.safeParse(parseJson(line)).data;
      if (message === undefined) fail(new Error(`not understood from QEMU: ${line.slice(0, 200)}`));
      else if ("error" in message) waiting.shift()?.reject(new Error(message.error.desc));
      else if ("return" in message) waiting.shift()?.resolve(message.return);
    });
  return (command, commandArguments = {}) =>
    new Promise((resolve, reject) => {
      if (broken !== undefined) return reject(broken);
      waiting.push({ resolve, reject });
      socket.write(`${JSON.stringify({ execute: command, arguments: commandArguments })}\n`);
    });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
