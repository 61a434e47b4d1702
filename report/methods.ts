/** How a test is measured, in words that a reader can check against the raw data. */
interface Method {
  readonly start: string;
  readonly stop: string;
  readonly clock: string;
  readonly unit: string;
  readonly wrong: string;
}

const HOST_CLOCK = "CLOCK_MONOTONIC of the host, which its containers share.";
const ONE_START = "Just before the engine's command line is spawned with the run command.";
const FIRST_200 = "The last byte of the head of the first HTTP 200 from the health path.";

/** By the test's name. `docs/metrics.md` is made of it. */
export const methods: Readonly<Record<string, Method>> = {
  boot: {
    start: "Just before QEMU is spawned; on other hosts just before `reboot`, or the command that cuts the power, is sent.",
    stop: "The first command over SSH, with a login, has returned; an answer with the old boot id does not count.",
    clock: "CLOCK_MONOTONIC of the controller, so that firmware and loader are inside. The guest's own times are diagnostics.",
    unit:
      "One boot, of a fresh overlay over the same disk on lab machines. One boot before the first block is discarded. Running services and installed packages " +
      "are counted after that time was taken: n = 1 and exact.",
    wrong:
      "Tries to connect that load the booting host (at most five are open), a reboot compared with a cold start (a reboot contains the old " +
      "system's end), an emulated machine taken for hardware. Lab machines: the page cache of the controller holds the disk's images from the boot " +
      "before (warm), or nothing of them (dropped; a sample is invalid where more than 1 MiB stayed): two series, and the session is of one. " +
      "Services of two init systems compared: OpenRC counts those that did their work and ended.",
  },
  "developer-ready": {
    start:
      "As for boot: just before QEMU is spawned; on other hosts just before `reboot`, or the command that cuts the power, is sent.",
    stop:
      "The explorer of the editor shows a file of the repository in a browser on the controller; before that, one after the other: first command, " +
      "engines, git and Python answer, the repository is cloned from a bundle that lay on the host, the editor server has listened and answered once.",
    clock: "CLOCK_MONOTONIC of the controller for all stamps.",
    unit: "One boot, of a fresh overlay over the same disk on lab machines. One boot before the first block is discarded.",
    wrong:
      "A slow controller or link: the browser runs there, and the editor's pages go through the SSH connection (it is started before the host is). " +
      "Settings or extensions of an editor used before: both are empty here. Another commit in one of the variants (must agree).",
  },
  "cold-start": {
    start: `${ONE_START} With \`load-included\` before the engine's load command, with the trigger \`socket\` before the create request is written to the engine's API.`,
    stop: FIRST_200,
    clock: HOST_CLOCK,
    unit: "One container. One start before the first block is discarded. The state (warm, cold cache, engine restarted, load included), the trigger (command line or API socket) and the address (published port or the container's own) are the session's.",
    wrong:
      "A poller that competes with the start: images of ours announce READY right after listen() and get exactly one request; others are polled, and a " +
      "sample is invalid where the bracket between the last refusal and the first success is above 2 ms and 1 %. A TCP connection taken for an " +
      "answer: the engine's proxy accepts before the server listens.",
  },
  "steady-load": {
    start: "The instant at which the request was due by the schedule, whenever it was really sent.",
    stop: "The last byte of its answer; a request without a good one within 10 s of the last due instant counts as slower than all others.",
    clock: `${HOST_CLOCK} One program takes both stamps.`,
    unit: "One window on a fresh container, by its ceil(p n)th latency. Its requests are not independent and never units.",
    wrong:
      "A generator that is late itself: the window is invalid where send lateness is above 1 ms at p99 or 5 ms once. More than 1 % failed requests, " +
      "limits that the kernel does not hold, and another server on the same CPUs.",
  },
  "llm-tokens": {
    start: "The arrival of token i-1, from i = 2; for the time to the first token just before the request is written.",
    stop: "The arrival of token i, before it is parsed.",
    clock: `${HOST_CLOCK} Read when the data arrives.`,
    unit: "One server process, by p50 and p95 of all its gaps. Its tokens are never units. One request per process is a warm-up.",
    wrong:
      "Several tokens in one piece or read at once (invalid), other tokens than in the other variants (the digests of all token ids must agree), a measuring " +
      "program that is delayed (compare with llama-bench beside it), more threads than cores.",
  },
  onnx: {
    start: "Just before `run()` of the session.",
    stop: "Just after it.",
    clock: "CLOCK_MONOTONIC inside the container, the host's own.",
    unit: "One process, by p50 and p95 of its runs, 20 warm-up runs left out. Creating the session is timed apart.",
    wrong:
      "A provider that ONNX Runtime silently replaced (skipped), threads that share CPUs, a model that takes no longer than Python's own call.",
  },
  edge: {
    start:
      "The arrival of token i-1, from i = 2; for the time to the first token just before the request is written. With `network` just before `run()` of one frame.",
    stop: "The arrival of token i, before it is parsed. With `network` just after `run()`.",
    clock: HOST_CLOCK,
    unit:
      "One run of requests, or inferences, one after the other. Its tokens or inferences are never units. Half a minute of the same before it loads the model and " +
      "warms the board.",
    wrong:
      "Throttling or under-voltage during the run and a start more than 3 degrees from the session's first, several tokens in one line or read together (all invalid), " +
      "the tools' own means taken for percentiles. Without the device the test is skipped.",
  },
  "image-base": {
    start: `${ONE_START} Bytes and packages have no start: they follow from the image's digest.`,
    stop: `${FIRST_200} Memory is read after that, as in the test memory.`,
    clock: HOST_CLOCK,
    unit:
      "One container; for bytes and packages the image, n = 1 and exact: layers by gzip at level 6, the files in all layers, and the packages that its own lists " +
      "name, counted from what the engine saves and proven by its digests.",
    wrong:
      "Bases pulled by tag on different days, another version of Python in one of them, other images that share pages with the container.",
  },
  memory: {
    start: "The first answer of a fresh container, then the time of rest; before the readings under load five seconds of load.",
    stop: "The last of the readings, one per second. A count of containers stops at the first p95 above the limit, kill or lack of memory.",
    clock: "None but for the pace: sizes are the kernel's (PSS of all processes in the container's control group).",
    unit: "One container, by the mean of its readings; for the count of containers one count. Readings are never units.",
    wrong:
      "A second container of the image, which halves shared pages, swapped pages (invalid), page cache taken for memory in use: control group figures are " +
      "diagnostics. A count that ended at its maximum or its budget says only that so many fit.",
  },
  command: {
    start: "Just before the command, or the engine's run command, is spawned.",
    stop: "Its output is closed and it has ended.",
    clock: "CLOCK_MONOTONIC of the host for the wall time. A number that the command prints has the command's clock and meaning.",
    unit:
      "One sample: the median of its runs in a row. Runs are never units. One sample before the first block is discarded. Instructions (callgrind) and system " +
      "calls (strace) of all its processes are counted in runs of their own, which are not timed: n = 1 and exact.",
    wrong:
      "A command that leaves work in the background, a scale that does not fit the printed unit, percentiles of printed means. Where something is counted: " +
      "work that depends on time, chance or the order of threads.",
  },
};

/** One paragraph. */
export function methodText({ start, stop, clock, unit, wrong }: Method): string {
  return `Start: ${start} Stop: ${stop} Clock: ${clock} Unit of analysis: ${unit} What would make it wrong: ${wrong}`;
}
/** What holds for every test. */
export const commonMethod =
  "Every block runs every variant once in a seeded random order, so that slow changes of a host touch all variants alike. Warm-up runs are " +
  "stored and not counted. The headline is the median with its exact order-statistic interval; ratios are Hodges-Lehmann estimates of " +
  "differences of logarithms within blocks with exact signed-rank intervals, tested with Holm's correction over all variants and metrics. " +
  "No sample is deleted: outliers are marked, failures count as slower than everything, and only rules declared before " +
  "measuring take a sample out, with the reason kept.";
