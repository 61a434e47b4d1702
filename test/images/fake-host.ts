import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import {
  CommandError,
  type CommandResult,
  type OperationContext,
  type RunOptions,
  type Shell,
  type Transport,
} from "../../hosts/index.ts";

type Store = Map<string, string[]>;

interface Behaviour {
  /** What `uname -m` prints; images are built for amd64. */
  readonly machine?: string;
  readonly freeKibibytes?: number;
  /** Standard error of every load. */
  readonly loadFails?: string;
  /** Standard error of every build. */
  readonly buildFails?: string;
  /** A load comes to its end, and its answer is lost. */
  readonly loadIsCut?: boolean;
  /** The id that a load brings, whatever was sent. */
  readonly loadsInstead?: string;
}

/**
 * A host with two engines that understand the commands of `images/engines.ts`. An archive is the image's id as text, or, of an image that
 * was put together here, what a real one would be.
 */
export interface FakeHost {
  readonly name: string;
  readonly docker: Store;
  readonly podman: Store;
  readonly commands: string[];
  readonly transport: Transport;
  stopDocker(): void;
  use(id: string): void;
}

type Answer = { readonly stdout: string; readonly stderr?: string; readonly exitCode?: number };

export function fakeHost(name: string, behaviour: Behaviour = {}): FakeHost {
  const stores: Record<string, Store> = { docker: new Map(), podman: new Map() };
  const used = new Set<string>();
  const commands: string[] = [];
  let running = true;

  const load = (engine: string, archive: string): Answer => {
    if (behaviour.loadFails !== undefined) return { stdout: "", stderr: behaviour.loadFails, exitCode: 1 };
    const whole = /^([0-9a-f]{64})\.json\0.*"RepoTags":\["([^"]+)"\]/s.exec(archive);
    const id = behaviour.loadsInstead ?? (whole === null ? archive.trim() : `sha256:${whole[1]}`);
    stores[engine]?.set(id, whole?.[2] === undefined ? [] : [whole[2]]);
    return { stdout: `Loaded image: ${whole?.[2] ?? id}\n` };
  };
  const made = (name: string): Answer => {
    const id = `sha256:${String(commands.length).padStart(64, "0")}`;
    stores.docker?.set(id, [name]);
    return { stdout: `${id}\n` };
  };
  /** Pulls what the Dockerfile stands on, as an engine does. */
  const build = (name: string, dockerfile: string): Answer => {
    if (behaviour.buildFails !== undefined) return { stdout: "", stderr: behaviour.buildFails, exitCode: 1 };
    stores.docker?.set(`sha256:${"f".repeat(64)}`, [/^FROM (\S+)/.exec(dockerfile)?.[1] ?? ""]);
    return made(name);
  };
  const rows: readonly [RegExp, (match: RegExpExecArray, stdin: string) => Answer][] = [
    [/^uname -m$/, () => ({ stdout: `${behaviour.machine ?? "x86_64"}\n` })],
    [/^command -v/, () => ({ stdout: "" })],
    [/^rm -rf/, () => ({ stdout: "" })],
    [/^directory=/, () => ({ stdout: `${behaviour.freeKibibytes ?? 1e9} /var\n` })],
    [/^(docker|podman) save (\S+) \| .*(docker|podman) load/, (match) => load(match[3] ?? "", match[2] ?? "")],
    [/(docker|podman) load/, (match, stdin) => load(match[1] ?? "", stdin)],
    [/^DOCKER_BUILDKIT=0 docker build --quiet --tag (\S+) -$/, (match, stdin) => build(match[1] ?? "", stdin)],
    [/^docker manifest inspect/, () => ({ stdout: "", exitCode: behaviour.buildFails === undefined ? 0 : 1 })],
    [/^docker info|^podman --version/, () => ({ stdout: "[[Backing Filesystem extfs]]\n" })],
    [/^(docker|podman) image inspect (.*)/, (match) => inspect(stores[match[1] ?? ""], match[2] ?? "")],
    [/^(docker|podman) tag (\S+) (\S+)/, (match) => tag(stores[match[1] ?? ""], match[2] ?? "", match[3] ?? "")],
    [/^(docker|podman) image rm (\S+)/, (match) => remove(stores[match[1] ?? ""], match[2] ?? "", used)],
  ];
  const answer = (command: string, stdin: string): Answer => {
    if (!running && command.startsWith("docker"))
      return { stdout: "", stderr: "Cannot connect to the Docker daemon", exitCode: 70 };
    for (const [pattern, act] of rows) {
      const match = pattern.exec(command);
      if (match !== null) return act(match, stdin);
    }
    throw new Error(`the fake host does not know: ${command}`);
  };
  const run = async (script: Shell, options: RunOptions = {}): Promise<CommandResult> => {
    const command = script.toString();
    commands.push(command);
    const sent = options.stdin instanceof Readable ? await unpack(options.stdin) : String(options.stdin ?? "");
    const { stdout, stderr = "", exitCode = 0 } = answer(command, sent);
    const result = { command, host: name, exitCode, stdout, stderr, seconds: 0 };
    if (behaviour.loadIsCut === true && / load/.test(command)) throw new CommandError(result, "connection-lost");
    if (exitCode !== 0 && options.accept !== "any") throw new CommandError(result, "exit");
    return result;
  };
  const start = async (script: Shell) => {
    const command = script.toString();
    commands.push(command);
    const ended = Promise.resolve({ command, host: name, exitCode: 0, stdout: "", stderr: "", seconds: 0 });
    const stdout = Readable.from([Buffer.from(command.split(" ").at(-1) ?? "")]);
    return { stdin: process.stderr, stdout, stderr: Readable.from([]), ended, kill: async () => undefined };
  };
  const transport = { host: name, run, start } as unknown as Transport;
  const { docker = new Map(), podman = new Map() } = stores;
  return { name, docker, podman, commands, transport, stopDocker: () => (running = false), use: (id) => used.add(id) };
}

/** What was sent, whichever program packed it. */
async function unpack(stream: Readable): Promise<string> {
  const { spawn } = await import("node:child_process");
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const packed = Buffer.concat(chunks);
  if (packed.includes("manifest.json")) return packed.toString();
  const child = spawn(packed[0] === 0x1f ? "gzip" : "zstd", ["-dcq"], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(packed);
  return await text(child.stdout);
}

function inspect(store: Store | undefined, references: string): Answer {
  const wanted = references.split(" ");
  const found = [...(store ?? [])].filter(([id, tags]) =>
    wanted.some((reference) => reference === id || tags.includes(reference)),
  );
  const stdout = JSON.stringify(found.map(([id, tags]) => ({ Id: id, RepoTags: tags, Size: 1000, Architecture: "amd64" })));
  const missing = wanted.filter((reference) => !found.some(([id, tags]) => id === reference || tags.includes(reference)));
  return missing.length === 0 ? { stdout } : { stdout, stderr: `Error: No such image: ${missing[0]}`, exitCode: 1 };
}

function tag(store: Store | undefined, id: string, name: string): Answer {
  for (const [other, tags] of store ?? [])
    store?.set(
      other,
      tags.filter((known) => known !== name),
    );
  store?.get(id)?.push(name);
  return { stdout: "" };
}

function remove(store: Store | undefined, reference: string, used: ReadonlySet<string>): Answer {
  const entry = [...(store ?? [])].find(([id, tags]) => id === reference || tags.includes(reference));
  if (entry === undefined) return { stdout: "", stderr: `Error: No such image: ${reference}`, exitCode: 1 };
  const [id, tags] = entry;
  if (used.has(id)) return { stdout: "", stderr: "conflict: container 5d is using its referenced image", exitCode: 1 };
  const left = tags.filter((known) => known !== reference);
  if (left.length === 0) store?.delete(id);
  else store?.set(id, left);
  return { stdout: "" };
}

export function fakeContext(hosts: readonly FakeHost[]): OperationContext & { readonly warnings: string[] } {
  const warnings: string[] = [];
  return {
    urn: "urn",
    signal: new AbortController().signal,
    root: "/nowhere",
    stack: "quickstart",
    progress: () => undefined,
    info: () => undefined,
    warn: (message) => warnings.push(message),
    transport: async (connection) => {
      const host = hosts.find(({ name }) => name === connection.host);
      if (host === undefined) throw new Error(`no fake host is called ${connection.host}`);
      return host.transport;
    },
    exclusive: async (_machine, work) => await work(),
    warnings,
  };
}
