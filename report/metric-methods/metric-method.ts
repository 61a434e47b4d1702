/** How one metric comes about, for the reader of raw data. Clock and unit of analysis are those of its test. */
export interface MetricMethod {
  /** From where to where, or what is read; and of how many. */
  readonly measured: string;
  /** What makes the figure, or what is concluded from it, wrong. */
  readonly wrong: string;
}

/** By the metric's name. */
export type MetricMethods = Readonly<Record<string, MetricMethod>>;
