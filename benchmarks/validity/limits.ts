/** What a host may do beside a measurement, as shares of time: before the first sample, and around every one. */
export const limits = {
  /** Time in which some task waited for a CPU. */
  pressure: 0.05,
  /** CPU time that the hypervisor took. */
  steal: 0.02,
  /** CPU time of all CPUs that something else than the measured thing used while it was measured. */
  foreign: 0.05,
} as const;
