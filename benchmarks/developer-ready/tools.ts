import { DISK_FOLDER, sh, type Transport } from "../../hosts/index.ts";
import { BUNDLE } from "./prepare.ts";

/** A clone on the host. */
export interface Repository {
  /** Absolute path on the host. */
  readonly path: string;
  readonly commit: string;
  /** Name of a file in its top folder, which the editor shows when the workspace is open. */
  readonly file: string;
}

/** Waits until both engines answer and git and Python start. Rejects with `CommandError`. */
export async function waitForTools(transport: Transport, engines: readonly string[], signal: AbortSignal): Promise<void> {
  const script = sh`for engine in ${engines}; do
  until "$engine" info >/dev/null 2>&1; do sleep 0.2; done
done
git --version >/dev/null && python3 -c 'import venv'`;
  await transport.run(script, { signal });
}

/** Clones the bundle that was brought before the start. Rejects with `CommandError`. */
export async function cloneRepository(transport: Transport, signal: AbortSignal): Promise<Repository> {
  const path = `${DISK_FOLDER}/workspace`;
  const script = sh`set -e
export HOME=${DISK_FOLDER} GIT_CONFIG_GLOBAL=/dev/null
git clone --quiet ${BUNDLE} ${path}
cd ${path}
git rev-parse HEAD
git ls-tree HEAD | sed -n 's/^100.*\t//p' | head -n 1`;
  const { stdout } = await transport.run(script, { signal });
  const [commit = "", file = ""] = stdout.trim().split("\n");
  if (file === "") throw new Error("the repository has no file in its top folder to look for");
  return { path, commit, file };
}
