import { CommandError, confirmAnew, NOT_ARMED, type Transport, UserError } from "../../hosts/index.ts";
import { shellBoot } from "../boot/shell-boot.ts";
import type { StepResult, TuningHost } from "./port.ts";
import { parseRecords } from "./records.ts";
import { GUARD_NAME, readScript, writeScript } from "./scripts.ts";
import { explainTaken } from "./taken.ts";

/** Seconds; a read of 40 knobs takes 0.3 s natively and some seconds emulated. A service may take long to stop. */
const READ_SECONDS = 120;
const WRITE_SECONDS = 900;

/** A host over a transport and its POSIX shell. */
export function shellHost(
  transport: Transport,
  signal: AbortSignal,
  more: { readonly local?: boolean; progress?(message: string): void } = {},
): TuningHost {
  const progress = (message: string) => more.progress?.(message);
  return {
    ...(more.local === true ? {} : remote(transport, signal, progress)),
    read: async (requests) => {
      const { stdout } = await transport.run(readScript(requests), { signal, timeoutSeconds: READ_SECONDS, brief: true });
      return parseRecords(stdout);
    },
    write: async (order) => {
      const options = { signal, timeoutSeconds: WRITE_SECONDS };
      const { stdout } = await transport.run(writeScript(order), options).catch((error: unknown) => {
        throw explain(transport.host, error);
      });
      const all = parseRecords(stdout);
      const results = new Map(
        all.flatMap((one) => (one.kind === "result" ? [[Number(one.name), result(one.value)] as const] : [])),
      );
      return { results: order.steps.map((_, index) => results.get(index)), records: all.filter(({ kind }) => kind !== "result") };
    },
  };
}

/** What needs a machine other than the one that distrobench runs on. */
function remote(transport: Transport, signal: AbortSignal, progress: (message: string) => void): Partial<TuningHost> {
  return {
    boot: shellBoot(transport, { signal, progress }),
    link: {
      confirm: async ({ seconds }) => {
        progress("logging in anew, which keeps what may cut the link");
        return await confirmAnew(transport, { name: GUARD_NAME, seconds }, signal);
      },
    },
  };
}

/** Exit codes of `writeScript`. */
function explain(host: string, error: unknown): unknown {
  if (!(error instanceof CommandError)) return error;
  const reason = error.stderr.trim();
  if (error.exitCode === 70)
    return new UserError(`${host}: the values as found can't be saved, so nothing was changed: ${reason}`, {
      remedy: "make /var/lib writable for root, with some free space",
      cause: error,
    });
  if (error.exitCode === NOT_ARMED)
    return new UserError(`${host}: what may cut the link was not changed, since its undo can't be prepared in /run: ${reason}`, {
      remedy: "make /run writable for root, with some free space, or leave those values out",
      cause: error,
    });
  return explainTaken(host, error);
}

function result(text: string): StepResult {
  const [code = "1", ...message] = text.split(" ");
  return { exitCode: Number(code), message: message.join(" ") };
}
