import { secondsBetween } from "../clock.ts";
import { postForLines } from "../line-stream.ts";

/** What is asked of hailo-ollama in one request. */
export interface GenerateRequest {
  readonly model: string;
  readonly prompt: string;
  readonly tokens: number;
  readonly seed: number;
}

/** One streamed answer in seconds. */
export interface Generated {
  readonly firstToken: number;
  /** From token to token: one fewer than tokens. */
  readonly gaps: readonly number[];
  /** Tokens that were read together with the one before. */
  readonly coalesced: number;
  /** Tokens that the server counted and sent in one line with another: there is no gap between them. */
  readonly packed: number;
  readonly text: string;
}

interface Piece {
  readonly response?: string;
  readonly done?: boolean;
  readonly eval_count?: number;
  readonly error?: string;
}

/**
 * Streams `POST /api/generate` of hailo-ollama, one line of JSON per token, and stamps each as it is read. Throws when the server says
 * no, the stream breaks off, or there are more lines than tokens: then the gaps are not those of tokens. The last token may be the end
 * mark, which is counted but has no line.
 */
export async function generateTokens(port: number, order: GenerateRequest, timeoutSeconds: number): Promise<Generated> {
  const { model, prompt, tokens, seed } = order;
  const options = { num_predict: tokens, temperature: 0, seed };
  const stamps: bigint[] = [];
  const texts: string[] = [];
  let counted: number | undefined;
  const post = { port, path: "/api/generate", body: { model, prompt, stream: true, options }, timeoutSeconds };
  const { sent } = await postForLines(post, (line, stamp) => {
    const piece = parsePiece(line);
    if (piece?.done === true) counted = piece.eval_count;
    else if (piece !== undefined) {
      stamps.push(stamp);
      texts.push(piece.response ?? "");
    }
  });
  const packed = missingLines(stamps.length, counted);
  const gaps = stamps.slice(1).map((stamp, index) => secondsBetween(stamps[index] ?? stamp, stamp));
  const coalesced = stamps.filter((stamp, index) => index > 0 && stamp === stamps[index - 1]).length;
  return { firstToken: secondsBetween(sent, stamps[0] ?? sent), gaps, coalesced, packed, text: texts.join("") };
}

/** Nothing for an empty line. Throws for a line that reports an error. */
function parsePiece(line: string): Piece | undefined {
  if (line.trim() === "") return undefined;
  const piece = JSON.parse(line) as Piece;
  if (piece.error !== undefined) throw new Error(`the server reported ${piece.error}`);
  return piece;
}

/** Tokens without a line of their own, the end mark apart. */
function missingLines(lines: number, counted: number | undefined): number {
  if (counted === undefined) throw new Error(`the stream broke off after ${lines} tokens`);
  if (lines < 2) throw new Error(`${lines} tokens came: there is no gap between them`);
  if (counted < lines) throw new Error(`the server counted ${counted} tokens in ${lines} lines`);
  return Math.max(0, counted - lines - 1);
}

/** Lets go of the device, which one program at a time can hold. */
export async function unload(port: number, model: string, timeoutSeconds: number): Promise<void> {
  await postForLines({ port, path: "/api/generate", body: { model, keep_alive: 0 }, timeoutSeconds }, () => undefined);
}
