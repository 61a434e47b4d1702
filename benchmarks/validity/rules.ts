import type { Validity } from "../results/schema.ts";
import { limits } from "./limits.ts";

/** What is known about one measured sample when it is judged. */
export interface Subject {
  /** Metric values in base units, and the name of the primary one. */
  readonly values: Readonly<Record<string, number>>;
  readonly primary: string;
  readonly conditions: Readonly<Record<string, number>>;
  /** What the sample before left behind, one phrase each. */
  readonly leftovers: readonly string[];
  /** Text of the kernel's error lines, for the reason. */
  readonly kernelLines?: readonly string[];
  /** Instructions are interpreted: the kernel's own work for emulated devices is a large share of the CPU. */
  readonly emulated?: boolean;
  /** Median of the control kernel on this host in this session so far; absent before there is one. */
  readonly controlMedian?: number;
}

interface Rule {
  readonly name: string;
  readonly status: "invalid" | "disturbed";
  /**
   * Whether a `noisyHost` session goes on with such a sample, only marking it. Rules about the sample itself (leftovers, bracket) hold
   * everywhere; rules about the host around it cannot all hold under emulation.
   */
  readonly markedWhenNoisy: boolean;
  /** Whether it only marks samples of emulated hosts, which are no statement about hardware anyway. */
  readonly markedWhenEmulated?: boolean;
  /** Why the sample breaks the rule, or nothing. */
  broken(subject: Subject): string | undefined;
}

const BRACKET_SECONDS = 0.002;
const BRACKET_SHARE = 0.01;
const CONTROL_CHANGE = 0.03;
const LATENESS_P99_SECONDS = 0.001;
const LATENESS_SECONDS = 0.005;
const FAILED_REQUESTS = 0.01;
const START_DEGREES = 3;
/** A boot reads some hundred times as much of its disk. */
const RESIDENT_BYTES = 2 ** 20;

/** Of Raspberry Pi's `vcgencmd get_throttled`: what holds now, and what has held since the boot. */
const throttleBits = ["under-voltage", "frequency capped", "throttled", "soft temperature limit"].map((name, bit) => ({
  ...{ name, now: 1 << bit, since: 1 << (bit + 16) },
}));

/** Declared before measuring; nothing else ever takes a sample out of the statistics. */
const rules: readonly Rule[] = [
  {
    name: "bracket",
    status: "invalid",
    markedWhenNoisy: false,
    broken: ({ values, primary }) => {
      const bracket = values.bracket;
      const value = values[primary] ?? 0;
      if (bracket === undefined || bracket <= Math.max(BRACKET_SECONDS, BRACKET_SHARE * value)) return undefined;
      return `polling left ${milliseconds(bracket)} unseen: more than 2 ms and more than 1 % of the value`;
    },
  },
  {
    name: "leftovers",
    status: "invalid",
    markedWhenNoisy: false,
    broken: ({ leftovers }) => (leftovers.length === 0 ? undefined : `left by the sample before: ${leftovers.join(", ")}`),
  },
  {
    name: "pressure",
    status: "invalid",
    markedWhenNoisy: true,
    broken: ({ conditions }) => {
      const pressure = conditions["settle.pressure"] ?? 0;
      if (pressure <= limits.pressure) return undefined;
      return `CPU pressure from outside ${percent(pressure)}, limit ${percent(limits.pressure)}`;
    },
  },
  {
    name: "steal",
    status: "invalid",
    markedWhenNoisy: true,
    broken: ({ conditions }) => {
      const steal = conditions["during.steal"] ?? 0;
      return steal > limits.steal ? `the hypervisor took ${percent(steal)} of the CPU time` : undefined;
    },
  },
  {
    name: "foreign-cpu",
    status: "invalid",
    markedWhenNoisy: true,
    markedWhenEmulated: true,
    broken: ({ conditions }) => {
      const share = conditions["foreign.cpu"] ?? 0;
      if (share <= limits.foreign) return undefined;
      return `something else used ${percent(share)} of the host's CPUs meanwhile, limit ${percent(limits.foreign)}`;
    },
  },
  {
    name: "swap",
    status: "invalid",
    markedWhenNoisy: false,
    broken: ({ conditions }) => {
      const pages = conditions["during.swappedPages"] ?? 0;
      return pages > 0 ? `${pages} pages were swapped` : undefined;
    },
  },
  {
    name: "kernel-error",
    status: "invalid",
    markedWhenNoisy: true,
    broken: ({ conditions, kernelLines = [] }) => {
      // A count of containers that ends with the kernel's killer ends as it is meant to.
      const lines = conditions["density.end.oom"] === 1 ? 0 : (conditions["during.kernelErrors"] ?? 0);
      return lines > 0 ? [`${lines} new kernel error lines`, ...kernelLines].join("\n") : undefined;
    },
  },
  {
    name: "send-lateness",
    status: "invalid",
    markedWhenNoisy: true,
    broken: ({ conditions }) => {
      const [p99, max] = [conditions["load.lateness.p99"] ?? 0, conditions["load.lateness.max"] ?? 0];
      if (p99 <= LATENESS_P99_SECONDS && max <= LATENESS_SECONDS) return undefined;
      return `requests left late: p99 ${milliseconds(p99)} (limit 1 ms), longest ${milliseconds(max)} (limit 5 ms)`;
    },
  },
  {
    name: "requests-sent",
    status: "invalid",
    markedWhenNoisy: false,
    broken: ({ conditions }) => {
      const [planned, sent] = [conditions["load.planned"], conditions["load.sent"]];
      return planned === sent ? undefined : `${sent} of ${planned} requests were sent`;
    },
  },
  {
    name: "requests-failed",
    status: "invalid",
    markedWhenNoisy: false,
    broken: ({ conditions }) => {
      const [planned = 0, failed = 0] = [conditions["load.planned"], conditions["load.failed"]];
      if (failed <= FAILED_REQUESTS * planned) return undefined;
      return `${failed} of ${planned} requests failed or had no answer: more than 1 %`;
    },
  },
  {
    name: "limits",
    status: "invalid",
    markedWhenNoisy: false,
    broken: ({ conditions }) => {
      const dropped = namesUnder("limits.dropped.", conditions);
      if (dropped.length === 0) return undefined;
      return `not in the container's control group, though asked for: ${dropped.join(", ")}. The engine drops what the kernel does not offer (docs/benchmarks/steady-load.md)`;
    },
  },
  {
    name: "page-cache",
    status: "invalid",
    markedWhenNoisy: false,
    broken: ({ conditions }) => {
      const resident = conditions["pageCache.resident"] ?? 0;
      if (resident <= RESIDENT_BYTES) return undefined;
      return `${(resident / 2 ** 20).toFixed(1)} MiB of the disk's images stayed in the controller's page cache, limit 1 MiB: their file system may be in memory, or another machine reads them`;
    },
  },
  {
    name: "tokens-together",
    status: "invalid",
    markedWhenNoisy: false,
    broken: ({ conditions }) => {
      const { "tokens.packed": packed = 0, "tokens.coalesced": share = 0, "tokens.coalescedLimit": limit = 1 } = conditions;
      if (packed > 0) return `${packed} tokens came in one piece with another, so there is no gap between them`;
      if (share <= limit) return undefined;
      return `${percent(share)} of the tokens were read together with the one before, limit ${percent(limit)}: their gaps are unknown`;
    },
  },
  {
    name: "throttled",
    status: "invalid",
    markedWhenNoisy: false,
    broken: ({ conditions }) => {
      const bits = throttleBits.filter((bit) =>
        [
          [conditions["before.throttle"], conditions["after.throttle"]],
          [conditions["edge.throttle.before"], conditions["edge.throttle.after"]],
        ].some(([before = 0, after = 0]) => isNewBit(bit, before, after)),
      );
      return bits.length === 0 ? undefined : `during the sample: ${bits.map(({ name }) => name).join(", ")}`;
    },
  },
  {
    name: "thermal-throttle",
    status: "invalid",
    markedWhenNoisy: true,
    broken: ({ conditions }) => {
      const [before, after] = [conditions["before.throttles"], conditions["after.throttles"]];
      if (before === undefined || after === undefined || after <= before) return undefined;
      return `the processor was slowed down for heat ${after - before} times`;
    },
  },
  {
    name: "frequency-limit",
    status: "invalid",
    markedWhenNoisy: true,
    broken: ({ conditions }) => {
      const [before, after] = [conditions["before.frequency.limit"], conditions["after.frequency.limit"]];
      if (before === undefined || after === undefined || after >= before) return undefined;
      return `the highest frequency fell from ${before / 1e6} to ${after / 1e6} MHz`;
    },
  },
  {
    name: "start-temperature",
    status: "invalid",
    markedWhenNoisy: false,
    broken: ({ conditions }) => {
      const [first, start] = [conditions["edge.celsius.first"], conditions["edge.celsius.start"]];
      if (first === undefined || start === undefined || Math.abs(start - first) <= START_DEGREES) return undefined;
      return `started at ${start.toFixed(1)} C, more than 3 degrees from the first start (${first.toFixed(1)} C)`;
    },
  },
  {
    name: "control-kernel",
    status: "disturbed",
    markedWhenNoisy: true,
    broken: ({ conditions, controlMedian }) => {
      const control = conditions["control.seconds"];
      if (control === undefined || controlMedian === undefined) return undefined;
      const change = control / controlMedian - 1;
      return Math.abs(change) > CONTROL_CHANGE ? `the control computation moved by ${percent(change)}` : undefined;
    },
  },
];

/** Applies every rule. In a `noisyHost` session, and on an emulated host, some of them mark the sample and keep it. */
export function judge(subject: Subject, noisyHost: boolean): Validity {
  const broken = rules.flatMap((rule) => {
    const detail = rule.broken(subject);
    if (detail === undefined) return [];
    const onlyMarks = (noisyHost && rule.markedWhenNoisy) || (subject.emulated === true && rule.markedWhenEmulated === true);
    const counts = rule.status === "invalid" && !onlyMarks;
    return [{ counts, reason: { rule: rule.name, detail } }];
  });
  if (broken.length === 0) return { status: "valid" };
  const reasons = broken.map(({ reason }) => reason);
  return { status: broken.some(({ counts }) => counts) ? "invalid" : "disturbed", reasons };
}

/** Whether a throttle bit held before or after a sample, or was set for the first time since boot in between. */
function isNewBit({ now, since }: (typeof throttleBits)[number], before: number, after: number): boolean {
  return ((before | after) & now) !== 0 || (after & ~before & since) !== 0;
}

function namesUnder(prefix: string, values: Readonly<Record<string, number>>): readonly string[] {
  return Object.keys(values).flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function milliseconds(seconds: number): string {
  return `${(seconds * 1000).toFixed(1)} ms`;
}
