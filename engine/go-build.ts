import { mkdir, mkdtemp, rename, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { ProcessOutput } from "zx";
import { UserError } from "../hosts/index.ts";
import { commandIn, type Environment, engineVersion } from "./places.ts";
import { pulumiVersion } from "./pulumi-version.ts";

const PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const LINKER_FLAGS = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${engineVersion}`;

/** From this version on a Go command fetches the toolchain that go.mod asks for by itself. */
const OLDEST_GO = { major: 1, minor: 21 };

/** Module sources 1.6 GB (with a toolchain), build cache 1.6 GB and the result 0.1 GB, as measured after one build. */
const NEEDED_BYTES = 3.5e9;

const PROGRESS_SECONDS = 15;

export interface BuildOptions {
  readonly root: string;
  /** Appears only when the build is whole. */
  readonly target: string;
  readonly environment: Environment;
  readonly progress: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Builds the Pulumi CLI from its pinned Go module. Throws `UserError` on a missing Go, no space, no network. */
export async function buildEngine(options: BuildOptions): Promise<void> {
  const parent = join(options.target, "..");
  await mkdir(parent, { recursive: true });
  await requireGo(options);
  await requireSpace(parent);
  const draft = await mkdtemp(`${options.target}.draft-`);
  try {
    options.progress(`building Pulumi ${engineVersion} from its Go module (about 4 minutes on 2 cores, once per machine)`);
    await compile(options, commandIn(draft));
    const version = await pulumiVersion(commandIn(draft));
    if (version !== engineVersion) throw new Error(`the engine that was built calls itself ${version}, not ${engineVersion}`);
    await rename(draft, options.target);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function compile(options: BuildOptions, output: string): Promise<void> {
  const { $ } = await import("zx");
  const run = $({
    cwd: join(options.root, "engine"),
    env: {
      ...options.environment,
      GOTOOLCHAIN: options.environment.GOTOOLCHAIN ?? "auto",
      GOFLAGS: "-mod=readonly",
      GOWORK: "off",
    },
    quiet: true,
    nothrow: true,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })`go build -v -trimpath -ldflags ${LINKER_FLAGS} -o ${output} ${PACKAGE}`;
  const stop = reportProgress(run.stderr, options.progress);
  const result = await run;
  stop();
  options.signal?.throwIfAborted();
  if (result.exitCode !== 0) throw buildFailure(result);
}

/** `go build -v` names each package as it is compiled and each module as it is fetched. */
function reportProgress(stderr: NodeJS.ReadableStream, progress: (line: string) => void): () => void {
  const started = performance.now();
  let lines = 0;
  stderr.on("data", (chunk: Buffer) => {
    lines += chunk.toString().split("\n").length - 1;
  });
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - started) / 1000);
    progress(`building Pulumi ${engineVersion}: ${lines} packages after ${seconds} s`);
  }, PROGRESS_SECONDS * 1000);
  return () => clearInterval(timer);
}

/** The Go command's version, or `undefined` where there is none. */
export async function goVersion(environment: Environment): Promise<string | undefined> {
  const { $ } = await import("zx");
  const result = await $({ env: { ...environment, GOTOOLCHAIN: "local" }, cwd: "/", quiet: true, nothrow: true })`go version`;
  return /\bgo(\d+\.\d+(?:\.\d+)?)/.exec(result.stdout)?.[1];
}

/** Whether a Go command of this version can build the engine. */
export function goIsUsable(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > OLDEST_GO.major || (major === OLDEST_GO.major && minor >= OLDEST_GO.minor);
}

export const goRemedy =
  "install Go 1.21 or newer (Debian 12: apt-get install -t bookworm-backports golang-go; Debian 13, Ubuntu 24.04: apt-get install golang-go; Alpine: apk add go; " +
  `or from go.dev/dl), or install Pulumi ${engineVersion} yourself so that it is on PATH`;

async function requireGo(options: BuildOptions): Promise<void> {
  const version = await goVersion(options.environment);
  if (version === undefined)
    throw new UserError("Pulumi is not installed, cannot be downloaded here, and there is no Go to build it with", {
      remedy: goRemedy,
    });
  if (!goIsUsable(version))
    throw new UserError(`Go ${version} is too old to build Pulumi ${engineVersion}`, { remedy: goRemedy });
}

async function requireSpace(directory: string): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  if (free < NEEDED_BYTES)
    throw new UserError(
      `building Pulumi needs ${gigabytes(NEEDED_BYTES)} and the file system of ${directory} has ${gigabytes(free)} free`,
      { remedy: "free some space, or set XDG_CACHE_HOME (and GOCACHE, GOMODCACHE) to a larger file system" },
    );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

const failures: readonly { readonly pattern: RegExp; readonly message: string; readonly remedy: string }[] = [
  {
    pattern: /no space left on device|disk quota exceeded/i,
    message: "no space left while building Pulumi",
    remedy: "free 4 GB, or set GOCACHE, GOMODCACHE and GOTMPDIR to a larger file system",
  },
  {
    pattern: /dial tcp|lookup .*: |proxyconnect|i\/o timeout|connection refused|no such host|TLS handshake/i,
    message: "the Go module proxy cannot be reached",
    remedy: "set GOPROXY to one that this machine reaches (see go env GOPROXY), or run again with a network",
  },
  {
    pattern: /toolchain not available|requires go >= /i,
    message: `Go cannot get the toolchain that Pulumi ${engineVersion} needs`,
    remedy: "set GOTOOLCHAIN=auto, or install the newest Go",
  },
];

/** Names the cause of a failed build from what the Go command said. */
export function buildFailure(result: Pick<ProcessOutput, "stderr" | "exitCode">): UserError {
  const known = failures.find(({ pattern }) => pattern.test(result.stderr));
  const tail = result.stderr.trim().split("\n").slice(-6).join("\n");
  return new UserError(`${known?.message ?? `go build of Pulumi ended with code ${result.exitCode}`}:\n${tail}`, {
    remedy: known?.remedy ?? "run again; what was compiled is kept in the Go build cache",
  });
}
