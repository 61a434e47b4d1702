import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { CommandError, type CommandResult, type Transport } from "../../hosts/index.ts";

/** A small root file system in which real programs of another distribution run over busybox. */
export interface ContractRoot {
  readonly path: string;
  /** Runs scripts inside, as root, with busybox's shell. */
  readonly transport: Pick<Transport, "run" | "host">;
  write(path: string, text: string, mode?: number): void;
  remove(): void;
}

/** Debian's packages of pacman and OpenRC, with the libraries that only they need. */
const PACKAGES = /^(?:lib(?:alpm|gpgme|assuan|archive|einfo|rc)\d*(?:t64)?)$/;
const isRoot = userInfo().uid === 0;

/**
 * Downloads Debian packages through apt (installing nothing), unpacks them, and adds the libraries they need from this machine.
 * Throws when there is no apt, no mirror, or no way to become root.
 */
export function makeContractRoot(packages: readonly string[]): ContractRoot {
  const path = mkdtempSync(join(tmpdir(), "distrobench-root-"));
  const root: ContractRoot = {
    path,
    transport: { host: "contract", run: async (script, options) => await run(path, script.toString(), options) },
    write: (file, text, mode = 0o644) => {
      const target = join(path, file);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text, { mode });
    },
    remove: () => void asRoot("rm", ["-rf", path]),
  };
  try {
    fill(root, packages);
    return root;
  } catch (error) {
    root.remove();
    throw error;
  }
}

function fill({ path, write }: ContractRoot, packages: readonly string[]): void {
  unpack(path, ["busybox-static", ...packages, ...libraries(packages)]);
  for (const folder of ["tmp", "proc", "dev", "root", "run", "var/log", "var/cache", "usr/bin", "usr/lib", "etc/conf.d"])
    mkdirSync(join(path, folder), { recursive: true });
  bringLibraries(path);
  write("etc/insserv.conf", "");
  asRoot("mknod", ["-m", "666", join(path, "dev/null"), "c", "1", "3"]);
  asRoot("chroot", [path, "/bin/busybox", "--install", "-s", "/bin"]);
}

function unpack(path: string, names: readonly string[]): void {
  const downloads = mkdtempSync(join(tmpdir(), "distrobench-debs-"));
  try {
    execFileSync("apt-get", ["-q", "-o", "APT::Sandbox::User=root", "download", ...names], { cwd: downloads, stdio: "pipe" });
    for (const file of readdirSync(downloads)) execFileSync("dpkg", ["-x", join(downloads, file), path]);
  } finally {
    rmSync(downloads, { recursive: true, force: true });
  }
}

/** Two levels deep: pacman needs libalpm, which needs libgpgme. */
function libraries(names: readonly string[]): string[] {
  const direct = dependencies(names);
  return [...new Set([...direct, ...dependencies(direct)])];
}

function dependencies(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const text = execFileSync("apt-cache", ["depends", ...names], { encoding: "utf8" });
  return [...text.matchAll(/^\s*\|?Depends: (\S+)$/gm)].flatMap(([, name]) => (name && PACKAGES.test(name) ? [name] : []));
}

function bringLibraries(path: string): void {
  const find = (words: readonly string[]) =>
    execFileSync("find", [path, ...words], { encoding: "utf8" })
      .trim()
      .split("\n");
  const folders = [...new Set(find(["-name", "*.so.*", "-printf", "%h\n"]))].join(":");
  const needed = find(["-type", "f", "-perm", "-u+x"]).flatMap((program) => librariesOf(program, folders));
  for (const library of new Set(needed)) {
    if (library.startsWith(path) || existsSync(join(path, library))) continue;
    mkdirSync(dirname(join(path, library)), { recursive: true });
    execFileSync("cp", ["-L", library, join(path, library)]);
  }
}

/** None for a script: ldd fails on what is no dynamic executable. */
function librariesOf(program: string, folders: string): string[] {
  const environment = { ...process.env, LD_LIBRARY_PATH: folders };
  const text = execFileSync("sh", ["-c", 'ldd "$1" 2>/dev/null || true', "sh", program], { encoding: "utf8", env: environment });
  if (text.includes("not found")) throw new Error(`${program} lacks a library:\n${text}`);
  return text.match(/\/\S+\.so\S*/g) ?? [];
}

function asRoot(command: string, words: readonly string[]): string {
  const [program = "", ...rest] = elevated(command, words);
  return execFileSync(program, rest, { encoding: "utf8", stdio: "pipe" });
}

function elevated(command: string, words: readonly string[]): string[] {
  return isRoot ? [command, ...words] : ["sudo", "-n", command, ...words];
}

async function run(path: string, script: string, options: Parameters<Transport["run"]>[1] = {}): Promise<CommandResult> {
  const started = performance.now();
  const variables = ["-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"];
  const [program = "", ...words] = elevated("chroot", [path, "/bin/busybox", "env", ...variables, "/bin/sh", "-c", script]);
  return await new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ["pipe", "pipe", "pipe"] });
    // A script that does not read it ends before it is written.
    child.stdin.on("error", () => undefined);
    child.stdin.end(typeof options.stdin === "string" ? options.stdin : "");
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.once("error", reject);
    child.once("close", (exitCode) => {
      const seconds = (performance.now() - started) / 1000;
      const result = { command: script, host: "contract", exitCode, stdout, stderr, seconds };
      const accepted = options.accept ?? [0];
      if (accepted === "any" || accepted.includes(exitCode ?? -1)) resolve(result);
      else reject(new CommandError(result, "exit"));
    });
  });
}
