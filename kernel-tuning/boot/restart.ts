import { setTimeout as delay } from "node:timers/promises";
import { CommandError, ConnectionError, sh, type Transport, UserError } from "../../hosts/index.ts";
import { parseCommandLine } from "./command-line.ts";

const LOOK_SECONDS = 30;
const BETWEEN_MILLISECONDS = 2000;
/** Shutting down and starting, on an emulated and overloaded machine: minutes. */
const LIMIT_SECONDS = 900;

export interface Started {
  readonly bootId: string;
  readonly commandLine: ReadonlyMap<string, string>;
}

export interface Waiting {
  readonly signal: AbortSignal;
  /** Beyond the time that a start itself may take. */
  readonly extraSeconds: number;
  progress(message: string): void;
}

/** Starts a host again, and resolves when a new connection has seen it with another boot id. Rejects with `UserError`. */
export async function restart(transport: Transport, waiting: Waiting): Promise<Started> {
  const before = await look(transport, waiting.signal);
  const reboot = sh`if [ -d /run/systemd/system ]; then systemctl --no-block reboot; else reboot; fi`;
  await transport.run(reboot, { signal: waiting.signal, timeoutSeconds: LOOK_SECONDS }).catch((error: unknown) => {
    // Where shutting down is quick the link goes before the answer comes.
    if (!(error instanceof ConnectionError || (error instanceof CommandError && error.failure !== "exit"))) throw error;
    waiting.signal.throwIfAborted();
  });
  const began = performance.now();
  const seconds = () => Math.round((performance.now() - began) / 1000);
  const limit = LIMIT_SECONDS + waiting.extraSeconds;
  for (;;) {
    await delay(BETWEEN_MILLISECONDS, undefined, { signal: waiting.signal });
    waiting.progress(`starting again ${seconds()} s`);
    const started = await lookAnew(transport, waiting.signal);
    if (started !== undefined && started.bootId !== before.bootId) return started;
    if (seconds() > limit)
      throw new UserError(`${transport.host}: does not answer ${limit} s after its restart`, {
        remedy: "look at its console; where GRUB starts it, a reset brings the command line that it had before",
      });
  }
}

/** Over a connection of its own: one from before the restart proves nothing. Undefined while there is none. */
async function lookAnew(transport: Transport, signal: AbortSignal): Promise<Started | undefined> {
  await transport.close();
  try {
    return await look(transport, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ConnectionError && error.failure === "machine-stopped") throw error;
    if (error instanceof ConnectionError || error instanceof CommandError) return undefined;
    throw error;
  }
}

async function look(transport: Transport, signal: AbortSignal): Promise<Started> {
  const script = sh`cat /proc/sys/kernel/random/boot_id /proc/cmdline`;
  const { stdout } = await transport.run(script, { signal, timeoutSeconds: LOOK_SECONDS });
  const [bootId = "", commandLine = ""] = stdout.split("\n");
  return { bootId, commandLine: parseCommandLine(commandLine) };
}
