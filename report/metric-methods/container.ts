import type { MetricMethods } from "./metric-method.ts";

const MEAN = "mean of the sample's readings, one per second";

export const coldStart: MetricMethods = {
  total: {
    measured:
      "From just before the engine's command line is spawned (`load-included`: before its load command) to the last byte of the head of the first HTTP 200.",
    wrong: "The engine pulls, or something polls for the server while it starts.",
  },
  load: {
    measured: "From just before the engine's load command to its end. Only in the state `load-included`.",
    wrong: "Taken for a pull: the archive lies on the host's own disk.",
  },
  create: {
    measured: "From the spawn of the run command to the engine's event `create`.",
    wrong:
      "The event's wall clock stamp was moved meanwhile: the offset to CLOCK_MONOTONIC is taken in the same sample, to some ten microseconds.",
  },
  start: {
    measured: "From the engine's event `create` to its event `start`.",
    wrong: "As `create`. Absent where an event is missing.",
  },
  listen: {
    measured: "From the event `start` to the READY stamp that the image prints right after listen().",
    wrong: "An image prints it before. Absent for polled images.",
  },
  respond: {
    measured:
      "From the READY stamp to the last byte of the head of the first HTTP 200: READY's way through the engine, and one request.",
    wrong: "Taken for the latency of a warm server: it is the first request.",
  },
  detection: {
    measured: "From the READY stamp to the instant at which the measuring program read its line.",
    wrong: "Subtracted from `total`: it is a part of `respond`, to judge it by.",
  },
  bracket: {
    measured: "From the begin of the last failed try to the begin of the good one. Only for polled images.",
    wrong: "Above 2 ms and 1 % of the total: the sample is invalid.",
  },
};

const FROM_DUE =
  "latency of the window's requests, each from the instant it was due to the last byte of its good answer; a failed one is later than all.";
const LATE = "time from the instant a request was due to the moment a connection took it.";

export const steadyLoad: MetricMethods = {
  p50: { measured: `The ceil(0.5 n)th ${FROM_DUE}`, wrong: "The generator is late (see lateness)." },
  p95: {
    measured: `The ceil(0.95 n)th ${FROM_DUE}`,
    wrong: "The generator is late, or requests depend on each other and are taken for units.",
  },
  p99: { measured: `The ceil(0.99 n)th ${FROM_DUE}`, wrong: "Compared between windows: of 480 requests five lie above it." },
  max: {
    measured: "The longest latency of an answered request.",
    wrong: "Compared: it is one request. Failed ones are not in it.",
  },
  cpu: {
    measured:
      "CPU seconds of the container's control group from the end of the warm-up to the last answer, over that time. Absent for a plain process.",
    wrong: "The server hands work to the kernel or to another container.",
  },
  hostCpu: {
    measured: "Share of all CPUs' time that was not idle, in the same time, by `/proc/stat`.",
    wrong: "Taken for the server's: generator and everything else are in it.",
  },
  generatorCpu: {
    measured: "CPU seconds of the measuring program in the same time, over that time.",
    wrong: "Near 1: the generator is the bottleneck.",
  },
  errors: {
    measured: "Requests of the window without a 2xx answer within 10 s of the last due instant, over all of the window.",
    wrong: "Above 1 %: the sample is invalid.",
  },
  fromSendP95: {
    measured: "The ceil(0.95 n)th time from the moment a connection took the request to the last byte of its answer.",
    wrong: "Taken for the latency of a user: waiting for a connection is left out.",
  },
  latenessP50: { measured: `Median ${LATE}`, wrong: "Looked at alone: the tail is what counts." },
  latenessP99: { measured: `The ceil(0.99 n)th ${LATE}`, wrong: "Above 1 ms: the sample is invalid." },
  latenessMax: { measured: `The longest ${LATE}`, wrong: "Above 5 ms: the sample is invalid." },
  loopDelay: {
    measured: "The longest pause of the generator's event loop in the window, by Node.js' own monitor.",
    wrong: "Taken for the lateness: a request may be late for want of a connection as well.",
  },
};

export const memory = {
  restPss: {
    measured: `Sum of \`Pss\` of \`/proc/<pid>/smaps_rollup\` over the processes of the container's control group, from \`restSeconds\` after the first answer on: ${MEAN}.`,
    wrong: "Another container shares the pages of the image (each counts a part), or pages were swapped (invalid).",
  },
  loadPss: {
    measured: `The same while the load runs, from its sixth second on: ${MEAN}.`,
    wrong: "The load was not there: requests unsent or above 1 % failed make it invalid.",
  },
  restCurrent: {
    measured: `\`memory.current\` (version 1: \`memory.usage_in_bytes\`) at the same instants as \`restPss\`: ${MEAN}.`,
    wrong: "Taken for what the program needs: page cache of files it read is in it.",
  },
  loadCurrent: { measured: "The same at the instants of `loadPss`.", wrong: "As `restCurrent`." },
  peak: {
    measured:
      "`memory.peak` (version 1: `memory.max_usage_in_bytes`), read once after the load: the most since the container's start.",
    wrong: "As `restCurrent`. Absent before Linux 5.19 with version 2.",
  },
  hostRest: {
    measured: `MemTotal - MemAvailable of \`/proc/meminfo\` at the instants of \`restPss\`: ${MEAN}.`,
    wrong: "Taken for the container's: everything that runs is in it.",
  },
  hostLoad: { measured: "The same at the instants of `loadPss`.", wrong: "As `hostRest`; the load generator is in it as well." },
  hostBefore: {
    measured: "The same, read once just before the container is started.",
    wrong: "Memory of the sample before is still being given back.",
  },
} satisfies MetricMethods;

export const density: MetricMethods = {
  containers: {
    measured:
      "With `density`: containers of the last window in which p95 kept its limit, nothing was killed and MemAvailable stayed above its floor. One count is one sample.",
    wrong:
      "The count ended at `maximum` or `budget` (conditions `density.end.*`): at least so many fit. The load generator is the bottleneck.",
  },
  densityHost: {
    measured: "MemTotal - MemAvailable at the end of that window.",
    wrong: "Divided by the containers: what ran before is in it.",
  },
};

export const imageBase: MetricMethods = {
  start: {
    measured:
      "From just before the engine's run command is spawned to the last byte of the head of the first HTTP 200, image present, page cache warm.",
    wrong: "One base lacks compiled byte code, or polling left too much unseen (`bracket`).",
  },
  compressed: {
    measured: "Bytes of each layer's tar archive by gzip at level 6, summed; exact, from the image's digest.",
    wrong: "Another zlib counts: some bytes.",
  },
  unpacked: {
    measured: "Bytes of the regular files of all layers, hard links once; exact, from the image's digest.",
    wrong: "Taken for the visible file system: files that a later layer hides count as well.",
  },
  restPss: memory.restPss,
  loadPss: memory.loadPss,
  packages: {
    measured:
      "Packages that the lists of dpkg, apk or pacman in the image's own archive name; exact. Absent without such a list.",
    wrong: "Two families of distributions are compared that cut the same software into more or fewer packages.",
  },
  layers: {
    measured: "Layers in the image's configuration; exact.",
    wrong: "Taken for a cost: many small layers may be fewer bytes.",
  },
  bracket: {
    measured: "From the begin of the last failed try to the begin of the good one. Only for polled images.",
    wrong: "Above 2 ms and 1 % of the start: the sample is invalid.",
  },
};
