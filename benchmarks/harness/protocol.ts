/** One line on standard input. Requests are carried out one after another. */
export interface Request {
  readonly id: number;
  readonly action: string;
  readonly arguments?: unknown;
}

/** Said out of turn: `asks` by the program when somebody else waits for its host, `lives` by the controller at once. */
export interface LifeSign {
  readonly controller: "asks" | "lives";
}

/** One line on standard output for each request, in the same order. */
export type Answer = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly failure: string };
