import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Channel } from "./channel.ts";
import { partOf } from "./warden-channel.ts";

/**
 * For `sh -c`, with a file and a script as arguments: registers with the warden by that file, then runs the script in a subshell. The path
 * keeps what the host has and adds where daemons live. An inventory knows what runs for us by the file's name.
 */
export const registered = `read -r _ _ _ _ G _ <"/proc/$$/stat"
(set -C; echo "$G" >"$1") 2>/dev/null || exit 125
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
(eval "$2")`;

/**
 * A small shell on the host that outlives nothing: it keeps a list of the process groups this connection started, ends one on
 * request, and ends all of them when its standard input does (a closed connection, a killed controller). SSH's own signals can't do
 * that: many servers ignore them, and without a terminal a lost connection sends no hang-up.
 *
 * The list is a directory with one file per command, created exclusively by the command itself before it does anything. `k` on a
 * command that has not registered yet creates the file first, and so the command never starts. `d` (the command has ended) also
 * ends what it left in the background; a daemon that has to stay needs a session of its own.
 *
 * `r` runs a brief command from here, registered by the script that is this one's argument: its own script follows in so many lines, and a
 * mark with the exit code ends both of its outputs. What a shell starts in the background ignores SIGINT and SIGQUIT for good (POSIX,
 * 2.11), and so does a brief command.
 */
export const wardenScript = `U=$(umask)
umask 077
D=$(mktemp -d /run/distrobench.XXXXXX 2>/dev/null || mktemp -d /tmp/distrobench.XXXXXX) || exit 1
trap '' HUP INT TERM PIPE
R=$1
end() { read -r G <"$2" && [ "$G" -gt 1 ] && kill "$1" "-$G"; } 2>/dev/null
brief() {
  (trap - HUP TERM PIPE; umask "$U"; exec setsid sh -c "$R" sh "$D/$1" "$3") </dev/null
  c=$?
  echo "$2 $c"
  echo "$2 $c" >&2
}
echo "$D $(id -u) $(command -v setsid)"
while read -r verb id mark lines; do
  f=$D/$id
  case $verb in
    d) end -KILL "$f"; rm -f "$f" ;;
    k) (set -C; echo 0 >"$f") 2>/dev/null || { { end -TERM "$f"; sleep 1; end -KILL "$f"; } & } ;;
    r)
      s=
      while [ "$lines" -gt 0 ] && IFS= read -r line; do
        s="$s$line
"
        lines=$((lines - 1))
      done
      brief "$id" "$mark" "$s" &
      ;;
  esac
done
mv "$D" "$D.ended"
for f in "$D.ended"/*; do end -TERM "$f"; done
[ -e "$f" ] && sleep 1
for f in "$D.ended"/*; do end -KILL "$f"; done
rm -rf "$D.ended"`;

export class Warden {
  /** Where commands register. */
  readonly directory: string;
  /** User id with which commands run; 0 is root. */
  readonly uid: number;
  readonly #channel: Channel;
  /** False while a brief command runs, and on a host without `setsid`. */
  #free: boolean;

  private constructor(
    channel: Channel,
    greeting: { readonly directory: string; readonly uid: number; readonly setsid: boolean },
  ) {
    this.#channel = channel;
    this.directory = greeting.directory;
    this.uid = greeting.uid;
    this.#free = greeting.setsid;
  }

  /** Waits for the first line of a channel that runs `wardenScript`. Throws `Error` with what the host said instead. */
  static async greet(channel: Channel): Promise<Warden> {
    channel.stdin.on("error", () => {});
    const errors: Buffer[] = [];
    const complain = (chunk: Buffer) => errors.push(chunk);
    channel.stderr.on("data", complain);
    const line = await firstLine(channel);
    const [, directory, uid, setsid] = /^(\/\S+) (\d+) (.*)$/.exec(line ?? "") ?? [];
    if (directory === undefined)
      throw new Error(Buffer.concat(errors).toString().trim() || line || "no answer from the host's shell");
    channel.stderr.off("data", complain);
    channel.stderr.resume();
    return new Warden(channel, { directory, uid: Number(uid), setsid: setsid !== "" });
  }

  /**
   * Runs a script in the shell that is there already, which spares a login shell and what its account's files do. One at a time: undefined
   * while another runs. Its channel has no standard input.
   */
  brief(id: string, script: string): Channel | undefined {
    if (!this.#free) return undefined;
    this.#free = false;
    const mark = randomUUID();
    const { channel, complete } = partOf(this.#channel, mark);
    void complete.then(() => {
      this.#free = true;
    });
    this.#channel.stdin.write(`r ${id} ${mark} ${script.split("\n").length}\n${script}\n`);
    return channel;
  }

  /** The command has ended: forget it, and end what it left behind. */
  forget(id: string): void {
    this.#channel.stdin.write(`d ${id}\n`);
  }

  /** Ends a command's process group: SIGTERM, and SIGKILL after a second. */
  kill(id: string): void {
    this.#channel.stdin.write(`k ${id}\n`);
  }

  /** Ends everything that still runs. Resolves when the warden itself has gone. */
  async dismiss(): Promise<void> {
    this.#channel.stdin.end();
    await this.#channel.closed;
  }
}

async function firstLine(channel: Channel): Promise<string | undefined> {
  let text = "";
  const collect = (chunk: Buffer) => {
    text += chunk.toString();
    if (text.includes("\n")) channel.stdout.emit("line");
  };
  channel.stdout.on("data", collect);
  await Promise.race([once(channel.stdout, "line"), channel.closed]);
  channel.stdout.off("data", collect);
  channel.stdout.resume();
  return text.split("\n", 1)[0];
}
