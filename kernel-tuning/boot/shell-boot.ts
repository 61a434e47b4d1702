import { CommandError, type RunOptions, type Shell, type Transport, UserError } from "../../hosts/index.ts";
import type { BootChange, BootHost } from "../host/port.ts";
import { explainTaken } from "../host/taken.ts";
import { digestOf, recordText } from "../record.ts";
import { isTrial, parameterText } from "./command-line.ts";
import { restart } from "./restart.ts";
import { applyScript, armScript, confirmScript, withdrawScript } from "./scripts.ts";

/** Making GRUB's configuration takes 2 s natively, and minutes on an overloaded emulated machine. */
const SCRIPT_SECONDS = 600;

interface Surroundings {
  readonly signal: AbortSignal;
  progress(message: string): void;
}

/** A host that is started again over its transport: see `BootHost`. */
export function shellBoot(transport: Transport, { signal, progress }: Surroundings): BootHost {
  const run = async (script: Shell, options: RunOptions = {}) => {
    const { stdout } = await transport.run(script, { signal, timeoutSeconds: SCRIPT_SECONDS, ...options });
    return stdout.trim();
  };
  const confirm = async (change: BootChange) => {
    await run(confirmScript(change)).catch((error: unknown) => {
      throw explainTaken(transport.host, error);
    });
  };
  return {
    persist: confirm,
    tryOnce: async (change) => {
      progress("preparing a start on trial");
      await run(armScript(change)).catch((error: unknown) => {
        throw explain(transport.host, error);
      });
      const { commandLine } = await restart(transport, { signal, progress, extraSeconds: 2 * change.confirmSeconds });
      const proven = isTrial(commandLine) && change.parameters.every(([name, value]) => commandLine.get(name) === value);
      if (!proven) {
        const fired = await run(withdrawScript);
        // It runs, yet not as wanted: a start with the files as they are again.
        if (isTrial(commandLine)) await restart(transport, { signal, progress, extraSeconds: 0 });
        throw undone(transport.host, change, fired);
      }
      progress("making the command line permanent");
      await confirm({ ...change, over: digestOf(recordText(change.baseline)) });
    },
    apply: async (path) => {
      progress("telling the boot loader");
      await run(applyScript(path));
    },
    restart: async () => void (await restart(transport, { signal, progress, extraSeconds: 0 })),
    withdraw: async () => void (await run(withdrawScript)),
  };
}

function explain(host: string, error: unknown): unknown {
  if (!(error instanceof CommandError) || error.exitCode !== 71) return explainTaken(host, error);
  return new UserError(`${host}: its command line can't be tried, so nothing was changed: ${error.stderr.trim()}`, {
    remedy: "set the parameters by hand, or leave out the boot knobs",
    cause: error,
  });
}

function undone(host: string, { parameters, confirmSeconds }: BootChange, fired: string): UserError {
  const tried = parameters.map(parameterText).join(" ");
  const why =
    fired === ""
      ? "its kernel or initramfs did not come to the end of its start"
      : `nobody could log in within ${confirmSeconds} s, so it was reset at ${fired}`;
  return new UserError(`${host}: did not come up with ${tried}: ${why}; it runs again with the command line it had before`, {
    remedy: "correct or remove the boot knobs; where it only started slowly, raise tuning.confirmSeconds",
  });
}
