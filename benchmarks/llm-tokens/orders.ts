import type { Starter, StartOrder } from "../harness/container-order.ts";
import type { LlmOrder } from "../harness/llm-tokens.ts";
import type { LlmParameters } from "./index.ts";

/** Where the container sees the model file. */
const MODEL = "/model";
const PORT = 8080;

/** Tokens below are the control and byte tokens of a Llama vocabulary; every vocabulary has as many as this above. */
const FIRST_WORD = 300;
const WORDS = 3000;

interface Container {
  readonly starter: Starter;
  readonly image: string;
  readonly slice: string | undefined;
  /** Path of the model file on the host. */
  readonly model: string;
}

/** What the harness is asked for: one server, a warm-up request and the requests that count. It adds where the threads are pinned. */
export function serverOrder(container: Container, given: LlmParameters): LlmOrder {
  const context = given.promptTokens + given.tokens + 16;
  const server = ["llama-server", "--model", MODEL, "--host", "0.0.0.0", "--port", String(PORT), "--no-webui"];
  // One slot has the whole context; flash attention makes a token slower the more there are before it on a CPU.
  const settings = ["--parallel", "1", "--ctx-size", String(context), "--flash-attn", "off", "--threads", String(given.threads)];
  return {
    service: {
      ...start(container, [...server, ...settings], given),
      readiness: "polled",
      healthPath: "/health",
      timeoutSeconds: given.timeoutSeconds,
    },
    threads: given.threads,
    request: { prompt: promptOf(given), tokens: given.tokens, seed: given.promptSeed },
    requests: given.requests,
    requestTimeoutSeconds: given.requestTimeoutSeconds,
  };
}

/** llama.cpp's own benchmark with the same model, threads and number of tokens. */
export function benchOrder(container: Container, given: LlmParameters) {
  const bench = ["llama-bench", "-m", MODEL, "-p", "0", "-n", String(given.tokens), "-r", String(given.crossCheck)];
  // The same context in front of the generated tokens as a request has.
  const settings = ["-d", String(given.promptTokens), "-t", String(given.threads), "-fa", "off", "-o", "json"];
  return {
    start: start(container, [...bench, ...settings], given),
    threads: given.threads,
    timeoutSeconds: given.timeoutSeconds + given.requestTimeoutSeconds,
  };
}

function start({ starter, image, slice, model }: Container, args: readonly string[], { limits }: LlmParameters): StartOrder {
  return { starter, image, slice, arguments: args, containerPort: PORT, mounts: [{ source: model, target: MODEL }], limits };
}

/** `<s>`, then word tokens in an order that the seed decides: the same ids on every host, whatever its tokeniser. */
export function promptOf({ promptTokens, promptSeed }: Pick<LlmParameters, "promptTokens" | "promptSeed">): readonly number[] {
  // 1103 and 3000 have no common divisor, so that a long prompt repeats no word before it has used all.
  return Array.from({ length: promptTokens }, (_, index) =>
    index === 0 ? 1 : FIRST_WORD + ((promptSeed * 7919 + index * 1103) % WORDS),
  );
}
