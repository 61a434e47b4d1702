import { Agent, request as httpRequest } from "node:http";
import { monotonic } from "../clock.ts";

export interface RequestOrder {
  /** Ports on 127.0.0.1; requests go to them in turn. */
  readonly ports: readonly number[];
  readonly method: string;
  readonly path: string;
  /** Sent as JSON; absent for a request without a body. */
  readonly body?: string | undefined;
  /** Most connections at once; as many as are needed by default. */
  readonly connections?: number | undefined;
}

/** What became of one request; CLOCK_MONOTONIC ns. */
export interface Exchange {
  /** When it was handed to a connection: time in a queue of ours is lateness. Absent when it never was. */
  sent?: bigint;
  /** When the last byte of the answer came, or when it was known that none would. */
  ended?: bigint;
  /** HTTP status; absent without a whole answer. */
  status?: number;
  /** Why there is no answer, such as `ECONNRESET`. */
  cause?: string;
}

/** Sends requests over kept connections and keeps an account of each. */
export class Requests {
  readonly exchanges: Exchange[] = [];
  readonly #agent: Agent;
  readonly #order: RequestOrder;
  readonly #body: Buffer | undefined;
  #open = 0;
  #idle: (() => void) | undefined;

  constructor(order: RequestOrder) {
    this.#order = order;
    this.#body = order.body === undefined ? undefined : Buffer.from(order.body);
    this.#agent = new Agent({ keepAlive: true, noDelay: true, maxSockets: order.connections ?? Number.POSITIVE_INFINITY });
  }

  send(index: number): void {
    const exchange: Exchange = {};
    this.exchanges.push(exchange);
    this.#open += 1;
    const { ports, method, path } = this.#order;
    const to = { host: "127.0.0.1", port: ports[index % ports.length], method, path, agent: this.#agent };
    const request = httpRequest({ ...to, headers: this.#headers() }, (response) => {
      response.once("end", () => this.#end(exchange, { status: response.statusCode }));
      response.once("error", () => this.#end(exchange, { cause: "cut off" }));
      response.resume();
    });
    request.once("socket", () => {
      exchange.sent = monotonic();
    });
    request.on("error", (error: NodeJS.ErrnoException) => this.#end(exchange, { cause: error.code ?? error.message }));
    request.end(this.#body);
  }

  /** Resolves when every request has its answer, or after `seconds`, when those without one are given up. */
  async drained(seconds: number): Promise<void> {
    if (this.#open > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, seconds * 1000);
        this.#idle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    for (const exchange of this.exchanges) if (exchange.ended === undefined) this.#end(exchange, { cause: "no answer" });
    this.#agent.destroy();
  }

  #headers(): Readonly<Record<string, string | number>> {
    return this.#body === undefined ? {} : { "content-type": "application/json", "content-length": this.#body.byteLength };
  }

  /** The first word counts: a connection that breaks after the whole answer is no failure. */
  #end(exchange: Exchange, how: { readonly status?: number | undefined; readonly cause?: string }): void {
    if (exchange.ended !== undefined) return;
    exchange.ended = monotonic();
    if (how.status !== undefined) exchange.status = how.status;
    if (how.cause !== undefined) exchange.cause = how.cause;
    this.#open -= 1;
    if (this.#open === 0) this.#idle?.();
  }
}
