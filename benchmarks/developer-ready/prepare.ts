import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { DISK_FOLDER, EDITOR_DIRECTORY, sh, type Transport, UserError } from "../../hosts/index.ts";
import type { Place } from "../define.ts";

/** In the folder of everything this test puts on a host: on its disk, because it must be there after the restart. Removed after every sample. */
export const BUNDLE = `${DISK_FOLDER}/repository.bundle`;

/** The repository that is cloned unless another is named. */
const MODEL_SERVER = join(import.meta.dirname, "../../images/model-server");

/** Python's oldest version, as the study asks for it. */
const PYTHON = [3, 11] as const;

interface Wanted {
  readonly engines: readonly string[];
  readonly bundle?: string | undefined;
}

/** Brings the bundle; gives what the host lacks, in words. Rejects with `UserError` when the bundle can't be read. */
export async function prepareHost(
  { transport, root }: Pick<Place, "transport" | "root">,
  wanted: Wanted,
): Promise<string | undefined> {
  const programs = [...wanted.engines, "git", "python3"];
  const script = sh`for p in ${programs}; do command -v "$p" >/dev/null 2>&1 || echo "lacks $p"; done
[ -f ${`${EDITOR_DIRECTORY}/release`} ] || echo 'lacks editor'
python3 -c 'import sys; print("python", *sys.version_info[:2])' 2>/dev/null || true`;
  const missing = whatIsMissing((await transport.run(script)).stdout);
  if (missing !== undefined) return missing;
  await transport.write(await bundleOf(root, wanted.bundle), { path: BUNDLE, mode: 0o644 });
  return undefined;
}

/** From the lines of the look: `lacks NAME`, `python 3 13`. */
export function whatIsMissing(text: string): string | undefined {
  const lacks = [...text.matchAll(/^lacks (\S+)$/gm)].map(([, name = ""]) => (name === "python3" ? "python" : name));
  if (lacks.length > 0) return `not installed: ${lacks.join(", ")}; name it in the matrix under packages`;
  const [, major = "0", minor = "0"] = /^python (\d+) (\d+)$/m.exec(text) ?? [];
  const old = Number(major) < PYTHON[0] || (Number(major) === PYTHON[0] && Number(minor) < PYTHON[1]);
  return old ? `its Python is ${major}.${minor}, the study's developer has ${PYTHON.join(".")} or newer` : undefined;
}

/** Leaves nothing of this test on the host. */
export async function removeTraces(transport: Transport): Promise<void> {
  await transport.run(sh`rm -rf ${DISK_FOLDER}`, { timeoutSeconds: 120, accept: "any" });
}

/** A bundle of one commit with fixed author and time, so that every clone is the same commit. */
async function bundleOf(root: string, bundle: string | undefined): Promise<Buffer> {
  if (bundle !== undefined) return await readBundle(resolve(root, bundle));
  const folder = await mkdtemp(join(tmpdir(), "distrobench-bundle-"));
  try {
    const work = ["--git-dir", join(folder, "git"), "--work-tree", MODEL_SERVER];
    const who = { name: "distrobench", email: "distrobench@localhost", date: "2024-01-01T00:00:00Z" };
    const environment = {
      ...process.env,
      ...{ GIT_AUTHOR_NAME: who.name, GIT_AUTHOR_EMAIL: who.email, GIT_AUTHOR_DATE: who.date },
      ...{ GIT_COMMITTER_NAME: who.name, GIT_COMMITTER_EMAIL: who.email, GIT_COMMITTER_DATE: who.date },
      ...{ GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
    };
    const git = (...words: string[]) => promisify(execFile)("git", [...work, ...words], { env: environment });
    await git("init", "--quiet", "--initial-branch=main");
    await git("add", "--all");
    await git("commit", "--quiet", "--message", "The model server of the study");
    await git("bundle", "create", "--quiet", join(folder, "bundle"), "main", "HEAD");
    return await readFile(join(folder, "bundle"));
  } catch (error) {
    throw new UserError(`the repository that is cloned on the host could not be packed: ${(error as Error).message}`, {
      remedy: "git has to work on this machine; or give parameters.bundle",
      cause: error,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readBundle(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UserError(`parameters.bundle: ${path} can't be read`, {
      remedy: "make it with: git bundle create FILE HEAD main",
      cause: error,
    });
  }
}
