import { type Duplex, PassThrough, Readable } from "node:stream";
import { type Become, elevate } from "./become.ts";
import { type Channel, ChannelGone, type ChannelOpener, type Exit } from "./channel.ts";
import { CommandError, type CommandFailure } from "./errors.ts";
import { Tail } from "./output.ts";
import { type Shell, sh } from "./sh.ts";
import { Slots } from "./slots.ts";
import type { CommandResult, FileTarget, RemoteProcess, RunOptions, Transport, TransportStatistics } from "./transport.ts";
import { registered, type Warden } from "./warden.ts";
import { type Watched, watchOver } from "./watch.ts";

/** An open connection with its warden. */
export interface Session {
  readonly opener: ChannelOpener;
  readonly warden: Warden;
}

export interface ShellTransportOptions {
  readonly host: string;
  readonly become: Become;
  /** The live session; a new one when the last is known to be gone. Rejects with `ConnectionError`. */
  session(): Promise<Session>;
  /** Another session with the host, which the caller closes. */
  anew(): Promise<Transport>;
  /** Ends the session, if there is one. */
  close(): Promise<void>;
  readonly counters: { -readonly [Key in keyof TransportStatistics]: TransportStatistics[Key] };
}

/** Bytes of each output stream kept in a result. */
const KEPT = 4 * 1024 * 1024;
/** sshd's MaxSessions is 10; the warden has one, and one stays free for the user. */
const CHANNELS = 8;
/** A script longer than this many characters travels as a file: Linux allows 128 KiB for one argument. */
const LONGEST_ARGUMENT = 64 * 1024;

interface Running extends Watched {
  readonly started: bigint;
}

interface Outcome {
  readonly result: CommandResult;
  readonly failure: CommandFailure | undefined;
}

/** Everything a transport is, over any way to start a command line: the same code runs on the controller and over SSH. */
export class ShellTransport implements Transport {
  readonly host: string;
  readonly #options: ShellTransportOptions;
  readonly #slots = new Slots(CHANNELS);
  #next = 0;

  constructor(options: ShellTransportOptions) {
    this.host = options.host;
    this.#options = options;
  }

  get statistics(): TransportStatistics {
    return { ...this.#options.counters };
  }

  async run(script: Shell, options: RunOptions = {}): Promise<CommandResult> {
    const stdout = new Tail(KEPT);
    const collect = options.collect ?? true;
    const { result, failure } = await this.#execute(script, options, (chunk) => {
      if (collect) stdout.push(chunk);
    });
    const complete = { ...result, stdout: stdout.bytes().toString() };
    if (failure !== undefined) throw new CommandError(complete, failure);
    return complete;
  }

  async read(path: string): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    const { result, failure } = await this.#execute(sh`cat -- ${path}`, { brief: true }, (chunk) => chunks.push(chunk));
    if (failure !== undefined) throw new CommandError(result, failure);
    return Buffer.concat(chunks);
  }

  async write(content: string | Uint8Array, target: FileTarget): Promise<void> {
    const directory = target.path.slice(0, target.path.lastIndexOf("/")) || "/";
    const owner = target.owner === undefined ? sh`` : sh`chown ${target.owner} "$T"`;
    await this.run(
      sh`set -e
mkdir -p ${directory}
T=$(mktemp ${`${target.path}.XXXXXX`})
trap 'rm -f "$T"' EXIT
cat >"$T"
${owner}
chmod ${target.mode.toString(8)} "$T"
mv -f "$T" ${target.path}
trap - EXIT`,
      { stdin: content },
    );
  }

  async start(script: Shell, options: { readonly signal?: AbortSignal } = {}): Promise<RemoteProcess> {
    const running = await this.#open(script);
    const { channel } = running;
    const watch = watchOver(running, options);
    const ended = channel.closed.then((exit) => {
      watch.settle(exit);
      return this.#result(script, running, exit);
    });
    return {
      stdin: channel.stdin,
      stdout: this.#counted(channel.stdout),
      stderr: this.#counted(channel.stderr),
      ended,
      kill: async () => {
        watch.fail("aborted");
        await ended;
      },
    };
  }

  async connect(port: number): Promise<Duplex> {
    const { opener } = await this.#options.session();
    return await opener.connect(port);
  }

  async anew(): Promise<Transport> {
    return await this.#options.anew();
  }

  async close(): Promise<void> {
    await this.#options.close();
  }

  async #execute(script: Shell, options: RunOptions, onStdout: (chunk: Uint8Array) => void): Promise<Outcome> {
    const brief = options.brief === true && options.stdin === undefined;
    let silent = true;
    const once = () =>
      this.#executeOnce(script, { ...options, brief }, (chunk) => {
        silent = false;
        onStdout(chunk);
      });
    const outcome = await once();
    // Nobody can tell whether it had begun, and it changes nothing.
    return brief && outcome.failure === "connection-lost" && silent ? await once() : outcome;
  }

  async #executeOnce(script: Shell, options: RunOptions, onStdout: (chunk: Uint8Array) => void): Promise<Outcome> {
    const running = await this.#open(script, options.brief);
    const { channel } = running;
    const stderr = new Tail(KEPT);
    const watch = watchOver(running, options);
    this.#receive(channel.stdout, (chunk) => {
      onStdout(chunk);
      options.onStdout?.(chunk);
    });
    this.#receive(channel.stderr, (chunk) => {
      stderr.push(chunk);
      options.onStderr?.(chunk);
    });
    this.#send(channel, options.stdin);
    const exit = await channel.closed;
    const result = { ...this.#result(script, running, exit), stderr: this.#withoutPrompt(stderr.bytes().toString()) };
    return { result, failure: watch.settle(exit) ?? rejected(exit.code, options.accept ?? [0]) };
  }

  /** Starts a script; a connection that died while idle is replaced once. */
  async #open(script: Shell, brief = false): Promise<Running> {
    await this.#slots.acquire();
    try {
      const running = await this.#openOnce(script, brief).catch(async (error: unknown) => {
        if (!(error instanceof ChannelGone)) throw error;
        return await this.#openOnce(script, brief);
      });
      void running.channel.closed.then(() => this.#slots.release());
      return running;
    } catch (error) {
      this.#slots.release();
      throw error;
    }
  }

  async #openOnce(script: Shell, brief: boolean): Promise<Running> {
    const { opener, warden } = await this.#options.session();
    this.#next += 1;
    const id = String(this.#next);
    const text = script.toString();
    const started = process.hrtime.bigint();
    const inWarden = brief && text.length <= LONGEST_ARGUMENT ? warden.brief(id, text) : undefined;
    const channel = inWarden ?? (await this.#start({ opener, warden }, id, text));
    if (inWarden !== undefined) this.#options.counters.bytesSent += text.length;
    this.#options.counters.commands += 1;
    void channel.exited.then(() => warden.forget(id));
    return { id, channel, warden, started };
  }

  /** In a login shell of its own. */
  async #start({ opener, warden }: Session, id: string, text: string): Promise<Channel> {
    const long = text.length > LONGEST_ARGUMENT;
    const source = `${warden.directory}/${id}.sh`;
    if (long) await this.#deliver(opener, text, source);
    const words = [`${warden.directory}/${id}`, long ? `. ${source}` : text];
    const { command, preamble } = elevate(this.#options.become, registered, words);
    const channel = await opener.open(command);
    channel.stdin.on("error", () => {});
    if (preamble !== "") channel.stdin.write(preamble);
    this.#options.counters.bytesSent += command.length;
    return channel;
  }

  async #deliver(opener: ChannelOpener, text: string, path: string): Promise<void> {
    const { command, preamble } = elevate(this.#options.become, `cat >${path}`);
    const channel = await opener.open(command);
    channel.stdout.resume();
    channel.stderr.resume();
    channel.stdin.end(preamble + text);
    this.#options.counters.bytesSent += text.length;
    await channel.closed;
  }

  #send(channel: Channel, stdin: RunOptions["stdin"]): void {
    if (!(stdin instanceof Readable)) {
      this.#options.counters.bytesSent += stdin === undefined ? 0 : Buffer.byteLength(stdin);
      channel.stdin.end(stdin);
      return;
    }
    stdin.on("data", (chunk: Uint8Array) => {
      this.#options.counters.bytesSent += chunk.length;
    });
    stdin.once("error", () => channel.destroy());
    stdin.pipe(channel.stdin);
    void channel.closed.then(() => stdin.unpipe(channel.stdin));
  }

  #receive(stream: Readable, onChunk: (chunk: Uint8Array) => void): void {
    stream.on("data", (chunk: Uint8Array) => {
      this.#options.counters.bytesReceived += chunk.length;
      onChunk(chunk);
    });
  }

  /** A stream of its own, so that nothing is lost before the caller listens. */
  #counted(stream: Readable): Readable {
    const through = new PassThrough();
    stream.pipe(through);
    stream.on("data", (chunk: Uint8Array) => {
      this.#options.counters.bytesReceived += chunk.length;
    });
    return through;
  }

  #result(script: Shell, running: Running, exit: Exit): CommandResult {
    const seconds = Number(process.hrtime.bigint() - running.started) / 1e9;
    return { command: script.toString(), host: this.host, exitCode: exit.code, stdout: "", stderr: "", seconds };
  }

  /** `su` can't be told to keep its prompt to itself. */
  #withoutPrompt(stderr: string): string {
    return this.#options.become?.method === "su" ? stderr.replace(/^Password: ?\n?/, "") : stderr;
  }
}

function rejected(code: number | null, accept: readonly number[] | "any"): CommandFailure | undefined {
  return accept === "any" || (code !== null && accept.includes(code)) ? undefined : "exit";
}
