/** How a test is measured: start, stop, clock and unit of analysis, in words a reader can check against the raw data. */
export const methods: Readonly<Record<string, string>> = {
  "cold-start":
    "The clock starts just before the engine's command line is started with the run command and stops at the last byte of the head " +
    "of the first HTTP 200 from the health path. Both are read from CLOCK_MONOTONIC of the host itself. Images of ours announce " +
    "READY with a stamp of the same clock right after listen(), and on that line one request is sent: nothing polls while the container " +
    "starts. Other images are polled; the time between the last refusal and the first success is kept as the bracket, and no figure is printed " +
    "finer than it. The unit of analysis is one container. Its image was on the host already and the page cache was warm.",
};

/** What holds for every test. */
export const commonMethod =
  "Every block runs every variant once in a seeded random order, so that slow changes of a host touch all variants alike. Warm-up runs are " +
  "stored and not counted. The headline is the median with its exact order-statistic interval; ratios are Hodges-Lehmann estimates of " +
  "differences of logarithms within blocks with exact signed-rank intervals, tested with Holm's correction over all variants and metrics. " +
  "No sample is deleted: outliers are marked, failures count as slower than everything, and only rules declared before " +
  "measuring take a sample out, with the reason kept.";
