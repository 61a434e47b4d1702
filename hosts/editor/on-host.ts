import { statSync } from "node:fs";
import { bytesText } from "../bytes-text.ts";
import { readCounted } from "../counted.ts";
import { UserError } from "../errors.ts";
import type { OperationContext } from "../operation.ts";
import { sh } from "../sh.ts";
import type { Transport } from "../transport.ts";
import { editorBundle } from "./bundle.ts";
import { type EditorPlatform, editorName } from "./release.ts";

/** Where the editor server lies on a host: `node`, `code-server/`, and `release` with its name. */
export const EDITOR_DIRECTORY = "/opt/distrobench/editor";

/** An emulated machine unpacks 300 MB in a minute or two. */
const UNPACK_SECONDS = 1800;

/** The name of the editor that is there; undefined where there is none, or half of one. */
export async function presentEditor(transport: Transport, signal: AbortSignal): Promise<string | undefined> {
  const { stdout } = await transport.run(sh`cat ${`${EDITOR_DIRECTORY}/release`} 2>/dev/null || true`, { signal });
  return stdout.trim() === "" ? undefined : stdout.trim();
}

/** Sends the editor and unpacks it beside its place, so that it is there as a whole or not at all. Rejects with `UserError`. */
export async function bringEditor(context: OperationContext, transport: Transport): Promise<void> {
  const { signal, progress } = context;
  const archive = await editorBundle(await platformOf(transport, signal), { signal, progress: (line) => progress(line) });
  const total = statSync(archive).size;
  const { stream } = readCounted(archive, (sent) =>
    progress(`sending the editor server ${bytesText(sent)} of ${bytesText(total)}`),
  );
  const half = `${EDITOR_DIRECTORY}.new`;
  const script = sh`set -e
rm -rf ${half}; mkdir -p ${half}
trap 'rm -rf ${half}' EXIT
gzip -dc | tar -xf - -C ${half}
rm -rf ${EDITOR_DIRECTORY}; mv ${half} ${EDITOR_DIRECTORY}
trap - EXIT`;
  await transport.run(script, { stdin: stream, signal, timeoutSeconds: UNPACK_SECONDS });
}

/** Leaves nothing of it; an empty folder of ours goes with it. */
export async function removeEditor(transport: Transport, signal: AbortSignal): Promise<void> {
  const script = sh`rm -rf ${EDITOR_DIRECTORY} ${`${EDITOR_DIRECTORY}.new`}; rmdir /opt/distrobench 2>/dev/null || true`;
  await transport.run(script, { signal, timeoutSeconds: 300 });
}

async function platformOf(transport: Transport, signal: AbortSignal): Promise<EditorPlatform> {
  const script = sh`uname -m; ls /lib/ld-musl-* >/dev/null 2>&1 && echo musl || echo glibc`;
  const [machine = "", libc = ""] = (await transport.run(script, { signal })).stdout.trim().split("\n");
  const platform = platformFor(machine, libc);
  if (platform !== undefined) return platform;
  throw new UserError(`${transport.host}: there is no ${editorName} for ${machine} with ${libc}`, {
    remedy: "take `editor` out of this host's packages",
  });
}

/** From `uname -m` and the C library. */
export function platformFor(machine: string, libc: string): EditorPlatform | undefined {
  const cpu = { x86_64: "x64", aarch64: "arm64" }[machine];
  if (cpu === undefined || (libc !== "glibc" && libc !== "musl")) return undefined;
  return `${cpu}-${libc}` as EditorPlatform;
}
