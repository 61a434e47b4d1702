/** One line of the table that `npm run perf` prints. */
export interface Figure {
  readonly what: string;
  readonly value: string;
  readonly aim: string;
}
