import { monotonic } from "../clock.ts";
import { run } from "../command.ts";
import { deviceTraces, missingPart } from "./device.ts";
import { type GenerateRequest, generateTokens, unload } from "./generate.ts";
import { type HefFigures, parseHailoBenchmark } from "./hailortcli.ts";
import { type EdgeRun, edgeRun, type FirstStart } from "./run.ts";
import { celsius, coolDown, throttleBits } from "./thermal.ts";

export interface EdgeOrder {
  /** Of hailo-ollama on this host. */
  readonly port: number;
  readonly request: GenerateRequest;
  /** Requests follow each other until this time has passed since the first one, before those that count. */
  readonly warmupSeconds: number;
  /** The same for those that count. */
  readonly seconds: number;
  readonly requestTimeoutSeconds: number;
  /** How long to wait until the host is as warm as at the first start of the session. */
  readonly coolDownSeconds: number;
  /** A compiled network for `hailortcli benchmark`, after the requests. */
  readonly hef?: string | undefined;
}

export type Edge =
  | ({ readonly outcome: "measured" } & EdgeRun)
  | { readonly outcome: "failed"; readonly cause: string }
  | { readonly outcome: "skipped"; readonly cause: string };

/** Degrees Celsius from the first start of the session; the validity rule has the same limit. */
const DEGREES = 3;
const HEF_SECONDS = 300;
const JOURNAL_SECONDS = 30;

const firstStart: FirstStart = {};

/** One run on the accelerator. What it does wrong is a failed sample, a host without one is skipped. */
export async function edge(order: EdgeOrder): Promise<Edge> {
  const cause = missingPart(await deviceTraces());
  if (cause !== undefined) return { outcome: "skipped", cause };
  const began = Date.now();
  const device = {
    ...{ now: monotonic, celsius, throttleBits },
    generate: () => generateTokens(order.port, order.request, order.requestTimeoutSeconds),
    coolDown: (wanted: number) => coolDown(wanted, { degrees: DEGREES, timeoutSeconds: order.coolDownSeconds }),
    benchmark: (hef: string) => hefBenchmark(order, hef),
  };
  try {
    return { outcome: "measured", ...(await edgeRun(order, device, firstStart)) };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return { outcome: "failed", cause: failureCause(said, await journalSince(began)) };
  }
}

async function hefBenchmark({ port, request, requestTimeoutSeconds }: EdgeOrder, hef: string): Promise<HefFigures> {
  await unload(port, request.model, requestTimeoutSeconds);
  const { code, stdout, tail } = await run(["hailortcli", "benchmark", hef], HEF_SECONDS);
  if (code !== 0) throw new Error(`hailortcli benchmark ended with exit code ${code}\n${tail}`);
  return parseHailoBenchmark(stdout);
}

/** hailo-ollama ends the stream without a word when the chip is lost; HailoRT's status stands in its log. */
async function journalSince(milliseconds: number): Promise<string> {
  const since = `--since=@${Math.floor(milliseconds / 1000)}`;
  const words = ["journalctl", since, "--no-pager", "--output=cat", "--lines=5", "--grep=HAILO_"];
  return (await run(words, JOURNAL_SECONDS).catch(() => undefined))?.stdout ?? "";
}

/** Names the known loss of the connection to the chip first, wherever it was said. Pure. */
export function failureCause(said: string, journal: string): string {
  const lost = /HAILO_COMMUNICATION_CLOSED\s*\(62\)/.test(`${said}\n${journal}`);
  const reason = lost
    ? ["HAILO_COMMUNICATION_CLOSED(62): the chip was lost; reload its driver, or cut the power, before going on"]
    : [];
  return [...reason, said, journal].filter((text) => text.trim() !== "").join("\n");
}
