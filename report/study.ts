/**
 * Figures of the published study this project makes repeatable. They are the study's, not ours: its scripts, conditions and raw data
 * are not known, so they are shown beside our results and never compared by a test.
 */
export interface StudyTest {
  /** The metric of ours that is named alike. */
  readonly metric: string;
  /** What the study timed. */
  readonly what: string;
  /** Base units. */
  readonly figures: readonly { readonly system: string; readonly value: number }[];
  readonly baseline: string;
}

export const studyHardware = "Core i7 of the 12th or 13th generation, 32 GB, NVMe disk, kernel 6.6 to 6.7";

/** By name of our test. */
export const study: Readonly<Record<string, StudyTest>> = {
  "cold-start": {
    metric: "total",
    what: "docker run of a small Flask model server until HTTP 200 from /health, median of 10",
    figures: [
      { system: "Alpine", value: 1.05 },
      { system: "Tromjaro", value: 1.15 },
      { system: "Ubuntu", value: 1.18 },
      { system: "PureOS", value: 1.25 },
    ],
    baseline: "Ubuntu",
  },
};
