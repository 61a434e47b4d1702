import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Duplex } from "node:stream";

/**
 * A connection made of a program's standard streams: `ssh HOST docker system dial-stdio` joins them with the daemon's socket.
 * Has what `node:http` asks of a socket.
 */
export class StdioSocket extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;
  #complaint = "";

  constructor(program: string, programArguments: readonly string[]) {
    super({ allowHalfOpen: true });
    const child = spawn(program, programArguments, { stdio: "pipe" });
    this.#child = child;
    child.stdout.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      this.#complaint = (this.#complaint + chunk.toString()).slice(-4096);
    });
    child.stdin.on("error", () => undefined);
    child.on("error", (error) => this.destroy(error));
    // Only now it is known whether the end of its output was a good one.
    child.on("close", (code) => {
      if (code === 0) this.push(null);
      else this.destroy(new Error(`${program} ended with code ${code}: ${this.#complaint.trim() || "it said nothing"}`));
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // That a program no longer reads says less than how it ends, which follows.
    this.#child.stdin.write(chunk, () => done());
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#child.stdin.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#child.kill("SIGTERM");
    done(error);
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
