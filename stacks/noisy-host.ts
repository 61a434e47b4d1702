/**
 * Set by `up --noisy-host`, read by the program: what is measured in this run is measured as if every benchmark said `noisyHost: true`. No
 * reason to measure again, so what is there already stays.
 */
export const NOISY_HOST_VARIABLE = "DISTROBENCH_NOISY_HOST";
