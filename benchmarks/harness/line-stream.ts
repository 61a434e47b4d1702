import { request } from "node:http";
import { createInterface } from "node:readline";
import { monotonic } from "./clock.ts";

export interface LineOrder {
  /** On 127.0.0.1. */
  readonly port: number;
  readonly path: string;
  /** Sent as JSON. */
  readonly body: unknown;
  readonly timeoutSeconds: number;
}

/**
 * Posts JSON and hands over each line of the answer with the stamp (CLOCK_MONOTONIC nanoseconds) of the piece of data it ended in,
 * taken before anything is parsed. Resolves with the stamp just before the request was written. Rejects when the server answers with
 * anything but 200, when the answer breaks off, and with what `onLine` throws.
 */
export function postForLines(
  order: LineOrder,
  onLine: (line: string, stamp: bigint) => void,
): Promise<{ readonly sent: bigint }> {
  const { port, path } = order;
  const body = JSON.stringify(order.body);
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const signal = AbortSignal.timeout(order.timeoutSeconds * 1000);
  return new Promise((resolve, reject) => {
    let read = 0n;
    const post = request({ host: "127.0.0.1", port, path, method: "POST", headers, signal, agent: false });
    post.once("socket", (socket) => {
      socket.setNoDelay(true);
      socket.prependListener("data", () => {
        read = monotonic();
      });
    });
    post.on("error", reject);
    post.once("response", (response) => {
      const refusal: string[] = [];
      const refused = response.statusCode !== 200;
      const take = refused ? (line: string) => void refusal.push(line) : onLine;
      const refuse = () => reject(new Error(`POST ${path} got ${response.statusCode} ${refusal.join(" ").slice(0, 300)}`.trim()));
      response.on("error", reject);
      // The interface repeats an error of its input, and one without a listener would end the program.
      const lines = createInterface({ input: response });
      lines.on("error", reject);
      lines.on("line", (line) => {
        try {
          take(line, read);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
          post.destroy();
        }
      });
      lines.once("close", refused ? refuse : () => resolve({ sent }));
    });
    const sent = monotonic();
    post.end(body);
  });
}
