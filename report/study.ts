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

/** The study has one figure for both: the boot is its first part. */
const POWER_ON =
  "Tromjaro is 12 to 18 % faster than Ubuntu Desktop from power-on to a terminal with engine, git, Python 3.11 and a repository open in VS Code.";

/** What the study says in words alone, by name of our test. */
export const studyStatements: Readonly<Record<string, string>> = {
  boot: POWER_ON,
  "developer-ready": POWER_ON,
  "steady-load": "p95 latency and CPU at 8 requests/s over 60 s lie within 5 % of each other.",
  "image-base":
    "An Alpine base takes 5 to 12 % less memory per container and starts 2 to 6 % faster than a Debian or Ubuntu base.",
  memory: "10 to 12 % less memory per container, and 20 % more parallel tests on one runner.",
  "llm-tokens":
    "Per token with a 7B model in 4 bits. 1 thread: Alpine 65 ms, Tromjaro 68 ms, Ubuntu 72 ms. 4 threads: 28 ms, 30 ms, 31 ms.",
  edge: "Per token on a Raspberry Pi 5 with AI HAT+ 2: Raspberry Pi OS 240 ms, Ubuntu 255 ms, Alpine with a driver built by hand 285 ms.",
};

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
