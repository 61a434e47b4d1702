import { Readable, Writable } from "node:stream";
import type { Channel, Exit } from "./channel.ts";

/** A stream's bytes up to a line `MARK CODE`, as a stream of their own. */
export interface Portion {
  readonly body: Readable;
  /** The code behind the mark, once the mark has come and the body has been read. */
  readonly code: Promise<number>;
}

/**
 * Takes over a flowing stream until the mark has come, in whatever pieces. Nothing that is read may contain the mark. `more` is told the
 * length of each piece after which more is to come.
 */
export function untilMark(stream: Readable, mark: string, more: (bytes: number) => void = () => undefined): Portion {
  const body = new Readable({ read: () => undefined });
  const code = new Promise<number>((resolve) => {
    let held: Buffer = Buffer.alloc(0);
    const take = (chunk: Buffer) => {
      const { before, rest, found } = split(Buffer.concat([held, chunk]), mark);
      held = rest;
      if (before.length > 0) body.push(before);
      if (found === undefined) return more(chunk.length);
      stream.off("data", take).resume();
      body.once("end", () => resolve(found)).push(null);
    };
    stream.on("data", take);
  });
  return { body, code };
}

/** What is no part of the mark, what may be or is, and the code behind it. */
function split(bytes: Buffer, mark: string): { before: Buffer; rest: Buffer; found: number | undefined } {
  const at = bytes.indexOf(mark);
  const end = at < 0 ? bytes.length - begun(bytes, mark) : at;
  const rest = bytes.subarray(end);
  const code = at < 0 ? undefined : /^ (\d{1,3})\n/.exec(rest.toString("latin1", mark.length))?.[1];
  return { before: bytes.subarray(0, end), rest, found: code === undefined ? undefined : Number(code) };
}

/** How many of the last bytes may be the beginning of the mark. */
function begun(bytes: Buffer, mark: string): number {
  for (let length = Math.min(mark.length - 1, bytes.length); length > 0; length -= 1)
    if (bytes.subarray(bytes.length - length).equals(Buffer.from(mark.slice(0, length)))) return length;
  return 0;
}

/**
 * Less than this many bytes did not fill a TCP segment: sshd sends the next such piece when the last was acknowledged (Nagle's algorithm), and
 * who has nothing to say acknowledges 40 ms late. A line without a word means nothing to the warden.
 */
const SEGMENT = 1400;

/** The part of a shell's channel that belongs to one command, as a channel without standard input. */
export interface Part {
  readonly channel: Channel;
  /** The shell is free for the next one; later than the channel's end when that was given up. Never, when the shell has gone. */
  readonly complete: Promise<unknown>;
}

export function partOf(shell: Channel, mark: string): Part {
  const acknowledge = (bytes: number): void => {
    if (bytes < SEGMENT) shell.stdin.write("\n");
  };
  const stdout = untilMark(shell.stdout, mark, acknowledge);
  const stderr = untilMark(shell.stderr, mark, acknowledge);
  let giveUp: () => void = () => undefined;
  const lost = new Promise<Exit>((resolve) => {
    giveUp = () => resolve({ code: null, signal: null });
    void shell.closed.then(giveUp);
  });
  const exited = stdout.code.then((code): Exit => ({ code, signal: null }));
  const complete = Promise.all([exited, stderr.code]);
  const channel: Channel = {
    stdin: new Writable({ write: (_chunk, _encoding, done) => done() }),
    stdout: stdout.body,
    stderr: stderr.body,
    exited: Promise.race([exited, lost]),
    closed: Promise.race([complete.then(([exit]) => exit), lost]),
    destroy: giveUp,
  };
  return { channel, complete };
}
