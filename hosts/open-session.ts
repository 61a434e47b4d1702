import { type Become, elevate } from "./become.ts";
import type { Channel, ChannelOpener } from "./channel.ts";
import { ConnectionError } from "./errors.ts";
import { Tail } from "./output.ts";
import type { Session } from "./shell-transport.ts";
import { registered, Warden, wardenScript } from "./warden.ts";

/** Seconds a host may take to become root: a refused password is answered late on purpose. */
const BECOME_SECONDS = 20;

/** Puts a warden on an open connection, as root where `become` says so. Throws `ConnectionError` "become" when the host refuses. */
export async function openSession(host: string, opener: ChannelOpener, become: Become): Promise<Session> {
  if (become !== undefined) await proveBecome(host, opener, become);
  const { command, preamble } = elevate(become, wardenScript, [registered]);
  const channel = await opener.open(command);
  if (preamble !== "") channel.stdin.write(preamble);
  try {
    return { opener, warden: await Warden.greet(channel) };
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new ConnectionError(host, "unreachable", `logged in, but the host's shell did not start: ${said}`, {
      remedy: "the user needs a POSIX shell as login shell, and mktemp, id and kill on the host",
      cause,
    });
  }
}

async function proveBecome(host: string, opener: ChannelOpener, become: NonNullable<Become>): Promise<void> {
  const { command, preamble } = elevate(become, "id -u");
  const channel = await opener.open(command);
  channel.stdin.on("error", () => {});
  channel.stdin.end(preamble);
  const timer = setTimeout(() => channel.destroy(), BECOME_SECONDS * 1000);
  const { code, stdout, stderr } = await finish(channel);
  clearTimeout(timer);
  if (code === 0 && stdout.trim().endsWith("0")) return;
  const said = stderr.trim() || stdout.trim() || (code === null ? `no answer within ${BECOME_SECONDS} s` : `exit code ${code}`);
  throw new ConnectionError(host, "become", `${become.method} did not give root: ${said}`, { remedy: remedy(become) });
}

function remedy(become: NonNullable<Become>): string {
  if (become.method === "doas") return 'allow it without a password in /etc/doas.conf ("permit nopass USER"), or use sudo or su';
  return become.password === undefined
    ? `allow ${become.method} without a password for this user, or give become.password`
    : `check become.password, and that this user may use ${become.method}`;
}

async function finish(channel: Channel): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const stdout = new Tail(4096);
  const stderr = new Tail(4096);
  channel.stdout.on("data", (chunk: Uint8Array) => stdout.push(chunk));
  channel.stderr.on("data", (chunk: Uint8Array) => stderr.push(chunk));
  const { code } = await channel.closed;
  return { code, stdout: stdout.bytes().toString(), stderr: stderr.bytes().toString() };
}
