import type { MetricMethods } from "./metric-method.ts";

const GAP = "time from the arrival of token i-1 to that of token i, i from 2, over all counted requests";
const TOGETHER = {
  measured: "Tokens that were read in the same turn as the one before, over all counted tokens.",
  wrong: "Above `coalescedLimit` (1 %): their gaps are 0 and the next ones too long, so the sample is invalid.",
};
const FIRST_TOKEN = "From just before the request is written to the first token's arrival; median of the counted requests.";

export const llmTokens: MetricMethods = {
  gapP50: {
    measured: `The ceil(0.5 n)th ${GAP}.`,
    wrong: "Tokens came together, other tokens were generated than in the other variants, or the context's length differs.",
  },
  gapP95: {
    measured: `The ceil(0.95 n)th ${GAP}.`,
    wrong: "As `gapP50`; and one busy CPU delays all of ggml's threads, so what else runs shows here first.",
  },
  requestMeanP95: {
    measured: "The ceil(0.95 n)th mean gap of a request; with 5 requests that is the slowest one.",
    wrong: "Taken for the p95 of gaps: a mean hides stalls.",
  },
  firstToken: {
    measured: FIRST_TOKEN,
    wrong:
      "Compared across lengths of the prompt: its evaluation and HTTP are inside. The prompt is never cached (`cache_prompt` false).",
  },
  tokensPerSecond: {
    measured: "1 over the mean of all gaps: the first token of a request is left out.",
    wrong: "Taken for a user's rate: with short answers the time to the first token decides.",
  },
  load: {
    measured: "From just before the container's start command is spawned to the first HTTP 200 of `/health`, asked every 10 ms.",
    wrong: "The model's file is in the page cache of one variant only; `loadBracket` is not far below it.",
  },
  loadBracket: {
    measured: "From the begin of the last try that was refused to the begin of the good one: by so much `load` may be shorter.",
    wrong: "Taken for an error in both directions.",
  },
  gapMean: {
    measured: "Mean of all gaps.",
    wrong: "Compared: one stall moves it. It is there for `benchRatio`.",
  },
  benchMean: {
    measured:
      "The mean time per token that llama-bench prints, after the server has gone: same model, threads, depth, tokens and pinning; its own clock.",
    wrong: "Compared with a server of another version: here both come from one image.",
  },
  benchRatio: {
    measured: "`gapMean` over `benchMean`.",
    wrong: "Above 1.03: streaming or the measuring program costs something, or the host was busier during one of the two.",
  },
  threadsPerCore: {
    measured: "Threads asked for, over physical cores of `/proc/cpuinfo` (its processors where it names no cores).",
    wrong: "A `cpuset` leaves fewer cores: it is not subtracted.",
  },
  coalesced: TOGETHER,
};

export const onnx: MetricMethods = {
  runP50: {
    measured: "The ceil(0.5 n)th time from just before to just after `session.run()`, over the runs that count.",
    wrong: "The model takes about as long as Python's own call (microseconds), or its threads share CPUs.",
  },
  runP95: {
    measured: "The ceil(0.95 n)th of the same times.",
    wrong: "As `runP50`; fewer than 20 runs fitted into `seconds`, so that it is the longest one.",
  },
  runMean: {
    measured: "Sum of the same times over their number.",
    wrong:
      "Compared in the place of `runP50`: one stall moves it. 1 over it is no throughput, for what lies between two runs is left out.",
  },
  sessionCreation: {
    measured:
      "From just before to just after the constructor of the session: reading the model, optimising the graph, with OpenVINO compiling it. Once per process.",
    wrong:
      "The model's file is in the page cache of one variant only. Starting Python and importing the runtime came before and are not in it.",
  },
  runs: {
    measured: "Runs that count: `runs`, or as many as began within `seconds`.",
    wrong: "Taken for speed where `runs` was the limit.",
  },
};

export const edge: MetricMethods = {
  gapP50: {
    measured: `An LLM: the ceil(0.5 n)th ${GAP}.`,
    wrong: "Tokens came together, the board throttled, or the start was warmer than the session's first (all invalid).",
  },
  gapP95: { measured: `An LLM: the ceil(0.95 n)th ${GAP}.`, wrong: "As `gapP50`." },
  firstToken: {
    measured: FIRST_TOKEN,
    wrong: "The server keeps the context of an equal prompt. HTTP and the prompt's evaluation are inside.",
  },
  tokensPerSecond: {
    measured: "Gaps over their sum: the first token of a request is left out.",
    wrong: "Taken for a user's rate: with short answers the time to the first token decides.",
  },
  requests: {
    measured: "Requests that count: as many as began within `seconds`, at least one.",
    wrong: "Answers differ in length.",
  },
  coalesced: TOGETHER,
  inferenceP50: {
    measured:
      "With `network`: the ceil(0.5 n)th time from just before to just after `run()` of one frame, over the inferences that count.",
    wrong:
      "Taken for the chip's own time: the library's call, the copy of the outputs and PCIe are inside. The board throttled (invalid).",
  },
  inferenceP95: { measured: "The ceil(0.95 n)th of the same times.", wrong: "As `inferenceP50`." },
  inferencesPerSecond: {
    measured: "Inferences that count, over the time from the first one's begin to the last one's end.",
    wrong: "Taken for the chip's throughput: one frame is under way at a time.",
  },
  configuration: {
    measured: "From just before `create_infer_model` to just after `configure`, in the process that counts.",
    wrong: "Taken for a first load: the process that warmed the board has read the same file.",
  },
  inferences: {
    measured: "Inferences that count: as many as began within `seconds`, at least one.",
    wrong: "Taken for a throughput.",
  },
  hefFps: {
    measured:
      "Frames per second that `hailortcli benchmark` prints: of the chip alone up to 4.x, of its asynchronous run from 5.x on. Its own clock.",
    wrong: "Versions are compared: they measure different things.",
  },
  hefStreamingFps: { measured: "The same with the host's transfers; 4.x only.", wrong: "As `hefFps`." },
  hefLatency: {
    measured: "Mean latency of the chip that the tool of 4.x prints; its own clock.",
    wrong: "Taken for a percentile: it is a mean.",
  },
};
