import { postForLines } from "./line-stream.ts";

/** What is asked of llama.cpp's server in one request. */
export interface TokenRequest {
  readonly prompt: readonly number[];
  readonly tokens: number;
  readonly seed: number;
}

/** One streamed answer, with a stamp per token on CLOCK_MONOTONIC in nanoseconds. */
export interface TokenStream {
  /** Just before the request was written. */
  readonly sent: bigint;
  readonly ids: readonly number[];
  /** When the piece of data that held the token was read. */
  readonly stamps: readonly bigint[];
  /** Tokens that were read together with the one before, because this program or the network was late. */
  readonly coalesced: number;
  /** Tokens that the server sent in one event with the one before: there is no gap between them. */
  readonly packed: number;
}

const eventSchema = /^data: (\{.*\})$/;

/**
 * Asks for a fixed number of tokens and stamps each as it comes. Throws when the server says no, or their number is another one:
 * such a request has no gaps that could be trusted.
 */
export async function streamTokens(port: number, order: TokenRequest, timeoutSeconds: number): Promise<TokenStream> {
  const ids: number[] = [];
  const stamps: bigint[] = [];
  let [coalesced, packed] = [0, 0];
  const { sent } = await readEvents(port, order, timeoutSeconds, (tokens, stamp) => {
    packed += Math.max(0, tokens.length - 1);
    for (const id of tokens) {
      if (stamps.at(-1) === stamp) coalesced += 1;
      ids.push(id);
      stamps.push(stamp);
    }
  });
  if (ids.length !== order.tokens) {
    const why = "a token that ends inside a character is held back by the server; choose another prompt seed";
    throw new Error(`${ids.length} tokens came instead of ${order.tokens} (${why})`);
  }
  return { sent, ids, stamps, coalesced, packed };
}

function readEvents(
  port: number,
  { prompt, tokens, seed }: TokenRequest,
  timeoutSeconds: number,
  onTokens: (tokens: readonly number[], stamp: bigint) => void,
): Promise<{ readonly sent: bigint }> {
  const body = {
    ...{ prompt, seed, n_predict: tokens, stream: true, return_tokens: true },
    ...{ cache_prompt: false, ignore_eos: true, temperature: 0 },
  };
  return postForLines({ port, path: "/completion", body, timeoutSeconds }, (line, stamp) => onTokens(tokensOf(line), stamp));
}

/** The token ids of one line of the stream; none for all other lines. Throws for an event that reports an error. */
export function tokensOf(line: string): readonly number[] {
  const text = eventSchema.exec(line)?.[1];
  if (text === undefined) {
    if (line.startsWith("error: ")) throw new Error(`the server reported ${line.slice(7, 300)}`);
    return [];
  }
  const event = JSON.parse(text) as { readonly tokens?: unknown; readonly error?: { readonly message?: unknown } };
  if (event.error !== undefined) throw new Error(`the server reported ${String(event.error.message)}`);
  return Array.isArray(event.tokens) ? event.tokens.map(Number) : [];
}
