import { once } from "node:events";
import type { Channel } from "./channel.ts";

/**
 * A small shell on the host that outlives nothing: it keeps a list of the process groups this connection started, ends one on
 * request, and ends all of them when its standard input does (a closed connection, a killed controller). SSH's own signals can't do
 * that: many servers ignore them, and without a terminal a lost connection sends no hang-up.
 *
 * The list is a directory with one file per command, created exclusively by the command itself before it does anything. `k` on a
 * command that has not registered yet creates the file first, and so the command never starts. `d` (the command has ended) also
 * ends what it left in the background; a daemon that has to stay needs a session of its own.
 */
export const wardenScript = `umask 077
D=$(mktemp -d /run/distrobench.XXXXXX 2>/dev/null || mktemp -d /tmp/distrobench.XXXXXX) || exit 1
trap '' HUP INT TERM PIPE
end() { read -r G <"$2" && [ "$G" -gt 1 ] && kill "$1" "-$G"; } 2>/dev/null
echo "$D $(id -u)"
while read -r verb id; do
  f=$D/$id
  case $verb in
    d) end -KILL "$f"; rm -f "$f" ;;
    k) (set -C; echo 0 >"$f") 2>/dev/null || { { end -TERM "$f"; sleep 1; end -KILL "$f"; } & } ;;
  esac
done
mv "$D" "$D.ended"
for f in "$D.ended"/*; do end -TERM "$f"; done
[ -e "$f" ] && sleep 1
for f in "$D.ended"/*; do end -KILL "$f"; done
rm -rf "$D.ended"`;

/** Registers with the warden, then runs \`$1\` in a subshell. The path keeps what the host has and adds where daemons live. */
export function registered(directory: string, id: string): string {
  return `read -r _ _ _ _ G _ <"/proc/$$/stat"
(set -C; echo "$G" >${directory}/${id}) 2>/dev/null || exit 125
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
(eval "$1")`;
}

export class Warden {
  /** Where commands register. */
  readonly directory: string;
  /** User id with which commands run; 0 is root. */
  readonly uid: number;
  readonly #channel: Channel;

  private constructor(channel: Channel, directory: string, uid: number) {
    this.#channel = channel;
    this.directory = directory;
    this.uid = uid;
  }

  /** Waits for the first line of a channel that runs `wardenScript`. Throws `Error` with what the host said instead. */
  static async greet(channel: Channel): Promise<Warden> {
    channel.stdin.on("error", () => {});
    const errors: Buffer[] = [];
    channel.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
    const line = await firstLine(channel);
    const match = /^(\/\S+) (\d+)$/.exec(line ?? "");
    if (match?.[1] === undefined)
      throw new Error(Buffer.concat(errors).toString().trim() || line || "no answer from the host's shell");
    return new Warden(channel, match[1], Number(match[2]));
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
