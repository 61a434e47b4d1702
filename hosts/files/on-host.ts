import { CommandError, UserError } from "../errors.ts";
import { sh } from "../sh.ts";
import type { Transport } from "../transport.ts";
import { type FoundFiles, parseFound } from "./found.ts";
import type { FilesBaseline } from "./schema.ts";
import { type FileOrder, readFilesScript, writeFilesScript } from "./script.ts";

/** Seconds, for an emulated host under load. */
const FILES_SECONDS = 300;

interface Running {
  readonly signal: AbortSignal;
}

/** The files, and the host's own record of this owner: it goes before the state, and may name more files than the state does. */
export async function look(
  transport: Transport,
  targets: readonly string[],
  owner: string,
  { signal }: Running,
): Promise<{ readonly found: FoundFiles; readonly record: FilesBaseline | undefined }> {
  const ask = async (paths: readonly string[]): Promise<FoundFiles> => {
    const options = { signal, timeoutSeconds: FILES_SECONDS, brief: true, collect: false };
    const parts: Uint8Array[] = [];
    await transport.run(readFilesScript(paths), { ...options, onStdout: (chunk) => parts.push(chunk) });
    return parseFound(Buffer.concat(parts).toString());
  };
  const found = await ask(targets);
  const record = found.records.find((one) => one.owner === owner);
  const more = Object.keys(record?.files ?? {}).filter((path) => !targets.includes(path));
  return { found: more.length === 0 ? found : await ask([...targets, ...more]), record };
}

/** Contents go over standard input: a command may be shown, its input never is. */
export async function carryOut(transport: Transport, order: FileOrder, { signal }: Running): Promise<void> {
  const options = { stdin: writeFilesScript(order).toString(), signal, timeoutSeconds: FILES_SECONDS };
  await transport.run(sh`eval "$(cat)"`, options).catch((error: unknown) => {
    if (!(error instanceof CommandError) || error.exitCode !== 70) throw error;
    throw new UserError(`${transport.host}: the files as found can't be saved, so nothing was changed: ${error.stderr.trim()}`, {
      remedy: "make /var/lib writable for root, with some free space",
      cause: error,
    });
  });
}
