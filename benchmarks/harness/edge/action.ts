import { monotonic } from "../clock.ts";
import { run } from "../command.ts";
import { type FirstStart, thisBoard } from "./board.ts";
import { deviceTraces, missingPart } from "./device.ts";
import { failureCause, journalSince } from "./failure.ts";
import { type GenerateRequest, generateTokens, unload } from "./generate.ts";
import { type HefFigures, parseHailoBenchmark } from "./hailortcli.ts";
import { CannotInfer, type InferOrder, inferProcess } from "./infer.ts";
import { type NetworkRun, networkRun } from "./network.ts";
import { type EdgeRun, edgeRun } from "./run.ts";

interface Timing {
  /** Work that does not count comes first, for so long. */
  readonly warmupSeconds: number;
  /** The same for the work that counts. */
  readonly seconds: number;
  /** How long to wait until the host is as warm as at the first start of the session. */
  readonly coolDownSeconds: number;
}

export interface EdgeOrder extends Timing {
  /** Of hailo-ollama on this host. */
  readonly port: number;
  readonly request: GenerateRequest;
  readonly requestTimeoutSeconds: number;
  /** A compiled network for `hailortcli benchmark`, after the requests. */
  readonly hef?: string | undefined;
}

export interface EdgeNetworkOrder extends Timing, InferOrder {
  /** Whether `hailortcli benchmark` runs with the same network afterwards. */
  readonly crossCheck: boolean;
}

/** What a run found, or why there is nothing. */
type Outcome<Run> =
  | ({ readonly outcome: "measured" } & Run)
  | { readonly outcome: "failed"; readonly cause: string }
  | { readonly outcome: "skipped"; readonly cause: string };

export type Edge = Outcome<EdgeRun>;
export type EdgeNetwork = Outcome<NetworkRun>;

const HEF_SECONDS = 300;

const firstStart: FirstStart = {};

/** One run of an LLM on the accelerator. What it does wrong is a failed sample, a host without one is skipped. */
export async function edge(order: EdgeOrder): Promise<Edge> {
  const { port, request, requestTimeoutSeconds } = order;
  const device = {
    ...{ now: monotonic, ...thisBoard(order.coolDownSeconds) },
    generate: () => generateTokens(port, request, requestTimeoutSeconds),
    benchmark: async (hef: string) => {
      await unload(port, request.model, requestTimeoutSeconds);
      return hefBenchmark(hef);
    },
  };
  return onDevice(() => edgeRun(order, device, firstStart));
}

/** One run of a compiled network on the accelerator, by HailoRT's Python library. Outcomes as above. */
export async function edgeNetwork(order: EdgeNetworkOrder): Promise<EdgeNetwork> {
  const device = {
    ...{ now: monotonic, ...thisBoard(order.coolDownSeconds) },
    infer: (seconds: number) => inferProcess({ ...order, seconds }),
    benchmark: () => hefBenchmark(order.hef),
  };
  return onDevice(() => networkRun(order, device, firstStart));
}

async function onDevice<Run>(measure: () => Promise<Run>): Promise<Outcome<Run>> {
  const cause = missingPart(await deviceTraces());
  if (cause !== undefined) return { outcome: "skipped", cause };
  const began = Date.now();
  try {
    return { outcome: "measured", ...(await measure()) };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    if (error instanceof CannotInfer) return { outcome: "skipped", cause: said };
    return { outcome: "failed", cause: failureCause(said, await journalSince(began)) };
  }
}

async function hefBenchmark(hef: string): Promise<HefFigures> {
  const { code, stdout, tail } = await run(["hailortcli", "benchmark", hef], HEF_SECONDS);
  if (code !== 0) throw new Error(`hailortcli benchmark ended with exit code ${code}\n${tail}`);
  return parseHailoBenchmark(stdout);
}
