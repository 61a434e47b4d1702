import { createReadStream } from "node:fs";
import { Transform } from "node:stream";
import { createGzip } from "node:zlib";
import { bytesText, CommandError, type Shell, sh, type Transport, UserError } from "../../hosts/index.ts";
import type { ModelFile } from "./model-file.ts";

/** Models of a host, one file each; the folder goes with the last of them. */
const PARENT = "/var/lib/distrobench";
const FOLDER = `${PARENT}/models`;

const QUICK_SECONDS = 120;
/** Checking 4 GB takes an emulated host minutes. */
const LOOK_SECONDS = 1200;
const MOVE_SECONDS = 7200;
/** Exit code of our own scripts for a file that is not what was sent. */
const DAMAGED = 65;

export interface HostPlace {
  readonly transport: Transport;
  readonly signal: AbortSignal;
}

/** Absolute path of a model on a host; other content has another path. */
export function hostPath(stack: string, model: string, sha256: string): string {
  return `${FOLDER}/${stack}-${model}-${sha256.slice(0, 12)}`;
}

/** Size, times and inode of a file; nothing for none. busybox's `stat` has the same words. */
function stampOf(path: string): Shell {
  return sh`stat -c '%s %Y %Z %i' ${path} 2>/dev/null || true`;
}

/** Tells a file by its outside; `""` means that there is none. */
export async function look({ transport, signal }: HostPlace, path: string): Promise<string> {
  return (await transport.run(stampOf(path), { signal, brief: true, timeoutSeconds: QUICK_SECONDS })).stdout.trim();
}

/** The sha256 of a file in hexadecimal; `""` means that there is none. */
export async function digestOf({ transport, signal }: HostPlace, path: string): Promise<string> {
  const script = sh`if [ -f ${path} ]; then sha256sum ${path}; fi`;
  const { stdout } = await transport.run(script, { signal, timeoutSeconds: LOOK_SECONDS });
  return stdout.trim().split(" ")[0]?.replace(/^\\/, "") ?? "";
}

/**
 * Sends a file, compressed on the way, and proves it on the host before it takes its name. Resolves to the bytes that travelled.
 * Throws `UserError` where it does not fit or arrives damaged; nothing is left then.
 */
export async function send(place: HostPlace, file: ModelFile, path: string, report: (sent: string) => void): Promise<number> {
  await requireRoom(place, file.bytes);
  let sent = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length;
      done(null, chunk);
    },
  });
  const source = createReadStream(file.path, { highWaterMark: 1 << 20 });
  const ticker = setInterval(() => report(`${bytesText(source.bytesRead)} of ${bytesText(file.bytes)}`), 1000);
  source.once("error", (error) => counter.destroy(error));
  counter.once("close", () => source.destroy());
  // Quantised weights hardly shrink, so the fastest level; every host has gzip.
  const stdin = source.pipe(createGzip({ level: 1, chunkSize: 1 << 16 })).pipe(counter);
  try {
    await place.transport.run(receive(path, file.sha256), { stdin, signal: place.signal, timeoutSeconds: MOVE_SECONDS });
    return sent;
  } catch (error) {
    throw explain(place, error, path);
  } finally {
    clearInterval(ticker);
    source.destroy();
    // Without the signal: after ^C this is what is left to do.
    await place.transport.run(sh`rm -f ${`${path}.part`}`, { accept: "any", timeoutSeconds: 10 }).catch(() => undefined);
  }
}

function receive(path: string, sha256: string): Shell {
  const part = `${path}.part`;
  return sh`set -e
mkdir -p ${FOLDER}
gzip -dc > ${part}
echo ${`${sha256}  ${part}`} | sha256sum -c >/dev/null 2>&1 || exit ${DAMAGED}
chmod 444 ${part}
sync
mv -f ${part} ${path}`;
}

function explain({ transport }: HostPlace, error: unknown, path: string): unknown {
  if (!(error instanceof CommandError)) return error;
  if (error.exitCode === DAMAGED)
    return new UserError(`${transport.host}: ${path} arrived damaged`, {
      remedy: "run this again; the file was not kept",
      cause: error,
    });
  return error;
}

/** Removes a model, and the folders that were made for it when they are empty. */
export async function removeFile({ transport, signal }: HostPlace, path: string): Promise<void> {
  const script = sh`rm -f ${path} ${`${path}.part`}
rmdir ${FOLDER} 2>/dev/null && rmdir ${PARENT} 2>/dev/null || true`;
  await transport.run(script, { signal, timeoutSeconds: QUICK_SECONDS });
}

async function requireRoom({ transport, signal }: HostPlace, bytes: number): Promise<void> {
  const script = sh`directory=${FOLDER}
while [ ! -d "$directory" ]; do directory=$(dirname "$directory"); done
df -Pk "$directory" | awk 'NR == 2 { print $4, $6 }'`;
  const { stdout } = await transport.run(script, { signal, timeoutSeconds: QUICK_SECONDS });
  const [kibibytes = "", mount = ""] = stdout.trim().split(" ");
  const free = Number(kibibytes) * 1024;
  if (!Number.isFinite(free) || free >= bytes) return;
  throw new UserError(
    `${transport.host}: no room for the model: ${mount} has ${bytesText(free)} left, ${bytesText(bytes)} are needed`,
    {
      remedy: `free some space on ${mount} there, give a lab machine a larger \`disk\`, or choose a smaller model`,
    },
  );
}
