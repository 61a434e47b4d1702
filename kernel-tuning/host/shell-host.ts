import { CommandError, type Transport, UserError } from "../../hosts/index.ts";
import { shellBoot } from "../boot/shell-boot.ts";
import type { HostRecord, StepResult, TuningHost } from "./port.ts";
import { readScript, writeScript } from "./scripts.ts";

/** Seconds; a read of 40 knobs takes 0.3 s natively and some seconds emulated. A service may take long to stop. */
const READ_SECONDS = 120;
const WRITE_SECONDS = 900;

/** A host over a transport and its POSIX shell. */
export function shellHost(
  transport: Transport,
  signal: AbortSignal,
  more: { readonly restartable?: boolean; progress?(message: string): void } = {},
): TuningHost {
  const progress = (message: string) => more.progress?.(message);
  return {
    ...(more.restartable === false ? {} : { boot: shellBoot(transport, { signal, progress }) }),
    read: async (requests) => {
      const { stdout } = await transport.run(readScript(requests), { signal, timeoutSeconds: READ_SECONDS });
      return parseRecords(stdout);
    },
    write: async (order) => {
      const options = { signal, timeoutSeconds: WRITE_SECONDS };
      const { stdout } = await transport.run(writeScript(order), options).catch((error: unknown) => {
        if (!(error instanceof CommandError) || error.exitCode !== 70) throw error;
        throw new UserError(
          `${transport.host}: the values as found can't be saved, so nothing was changed: ${error.stderr.trim()}`,
          {
            remedy: "make /var/lib writable for root, with some free space",
            cause: error,
          },
        );
      });
      const all = parseRecords(stdout);
      const results = new Map(
        all.flatMap((one) => (one.kind === "result" ? [[Number(one.name), result(one.value)] as const] : [])),
      );
      return { results: order.steps.map((_, index) => results.get(index)), records: all.filter(({ kind }) => kind !== "result") };
    },
  };
}

/** Lines of kind, name and value; a line cut off by a lost connection is left out. */
export function parseRecords(text: string): HostRecord[] {
  return text.split("\n").flatMap((line) => {
    const [kind, name, value, ...more] = line.split("\t");
    if (kind === undefined || name === undefined || value === undefined || more.length > 0) return [];
    return [{ kind, name, value }];
  });
}

function result(text: string): StepResult {
  const [code = "1", ...message] = text.split(" ");
  return { exitCode: Number(code), message: message.join(" ") };
}
