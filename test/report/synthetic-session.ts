import type { Environment, MetricDefinition, Sample, Session, SessionData, Validity } from "../../benchmarks/index.ts";
import { type Random, seededRandom } from "../../benchmarks/statistics/random.ts";

/**
 * Synthetic test input: seeded numbers in the shape of a session, so that the statistics and the report can be tested without hosts.
 * Nobody measured them; they are no part of the product.
 */
export interface SyntheticOptions {
  readonly seed?: number;
  readonly blocks?: number;
  /** Variant id to the factor its times are multiplied with; the first is the baseline. */
  readonly variants?: Readonly<Record<string, number>>;
  /** Relative standard deviation of one sample. */
  readonly noise?: number;
  /** Relative standard deviation of what all samples of a block share; 0.05. */
  readonly blockNoise?: number;
  /** Relative change from the first to the last sample. */
  readonly drift?: number;
  readonly aaPair?: boolean;
  readonly emulated?: boolean;
  /** Added to the facts of every host, or put in place of them; those of `fingerprint` are part of it. */
  readonly facts?: Readonly<Record<string, string>>;
  /** Seconds of the control computation of 30 million rounds. */
  readonly control?: number;
  /** Of another test than cold start; their values are multiples of one number. */
  readonly metrics?: readonly MetricDefinition[];
  /** Replaces the validity of single samples, by sequence. */
  readonly validity?: Readonly<Record<number, Validity>>;
  readonly session?: Partial<Session>;
}

const metric = (name: string, title: string, kind: MetricDefinition["kind"], primary = false): MetricDefinition => ({
  ...{ name, title, kind, primary },
  unit: "s",
  better: "lower",
});

const metrics = [
  metric("total", "start to first 200", "result", true),
  metric("create", "create", "phase"),
  metric("start", "start", "phase"),
  metric("listen", "listen", "phase"),
  metric("respond", "first 200", "phase"),
];

const shares = { create: 0.12, start: 0.33, listen: 0.5, respond: 0.05 };

export function syntheticSession(options: SyntheticOptions = {}): SessionData {
  const factors = options.variants ?? {
    "debian-13/docker": 1,
    "debian-13/podman": 1.14,
    "debian-testing/docker": 0.99,
    "debian-testing/podman": 1.12,
  };
  const [baseline = "debian-13/docker"] = Object.keys(factors);
  const ids = [...Object.keys(factors), ...(options.aaPair === false ? [] : [`${baseline}#2`])];
  const session = sessionOf(ids, baseline, options);
  return {
    directory: `results/${session.id}`,
    session,
    samples: samplesOf(session, (id) => factors[id.replace("#2", "")] ?? 1, options),
    environments: [...new Set(session.variants.map(({ host }) => host))].map((host) => environmentOf(host, options)),
    warnings: [],
  };
}

function sessionOf(ids: readonly string[], baseline: string, options: SyntheticOptions): Session {
  return {
    version: 1,
    id: "20260101T000000Z-cold-start",
    stack: "synthetic",
    benchmark: "cold-start",
    test: "cold-start",
    title: "Container cold start",
    parameters: {},
    metrics: [...(options.metrics ?? metrics)],
    variants: ids.map((id) => ({
      ...{ id, host: id.split("/")[0] ?? id, labels: {} },
      ...(id.endsWith("#2") ? { aaOf: baseline } : {}),
    })),
    baseline,
    design: {
      ...{ blocks: options.blocks ?? 10, seed: options.seed ?? 1, tolerance: 0.1, warmups: 1 },
      ...{ order: "randomised-complete-blocks", noisyHost: false },
    },
    instrument: "synthetic",
    startedAt: "2026-01-01T00:00:00.000Z",
    outcome: "complete",
    ...options.session,
  };
}

function samplesOf(session: Session, factorOf: (id: string) => number, options: SyntheticOptions): readonly Sample[] {
  const random = seededRandom(options.seed ?? 1);
  const ids = session.variants.map(({ id }) => id);
  const count = session.design.blocks * ids.length;
  const of = (total: number) => valuesOf(total, options.metrics);
  const warmUps = ids.map((variant, order) =>
    sampleOf({ variant, order, sequence: order, block: 0 }, of(1.3), "warm-up", { status: "valid" }),
  );
  const measured = Array.from({ length: session.design.blocks }, (_, block) => ({
    block,
    shift: 1 + (options.blockNoise ?? 0.05) * normal(random),
  })).flatMap(({ block, shift }) =>
    shuffled(ids, random).map((variant, order) => {
      const sequence = ids.length + block * ids.length + order;
      const trend = 1 + ((options.drift ?? 0) * (sequence - ids.length)) / count;
      const total = 1.05 * factorOf(variant) * shift * trend * (1 + (options.noise ?? 0.02) * normal(random));
      return sampleOf(
        { variant, order, sequence, block },
        of(total),
        "measured",
        options.validity?.[sequence] ?? { status: "valid" },
      );
    }),
  );
  return [...warmUps, ...measured].map((sample) => ({ ...sample, conditions: controlOf(options) }));
}

function controlOf({ control }: SyntheticOptions): Readonly<Record<string, number>> {
  return control === undefined ? {} : { "control.count": 30_000_000, "control.seconds": control };
}

function sampleOf(
  place: Pick<Sample, "variant" | "order" | "sequence" | "block">,
  measured: Readonly<Record<string, number>>,
  role: Sample["role"],
  validity: Validity,
): Sample {
  const values = validity.status === "failed" ? {} : measured;
  return { ...place, role, at: "2026-01-01T00:00:00.000Z", values, stamps: {}, conditions: {}, validity };
}

function valuesOf(total: number, other: SyntheticOptions["metrics"]): Readonly<Record<string, number>> {
  if (other !== undefined)
    return Object.fromEntries(other.map(({ name, kind }, index) => [name, total * (kind === "diagnostic" ? 0.001 : index + 1)]));
  return { total, ...Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, share * total])) };
}

function environmentOf(host: string, options: SyntheticOptions): Environment {
  const testing = host.includes("testing");
  return {
    host,
    emulated: options.emulated ?? false,
    facts: {
      "cpu.model": "Synthetic CPU",
      "distribution.release": testing ? "testing" : "13",
      "engine.docker.version": testing ? "27.5.1" : "26.1.5",
      "kernel.release": testing ? "6.17.8-amd64" : "6.12.57-amd64",
      "kernel.commandLine": "root=UUID=00000000-0000-0000-0000-000000000000 ro console=ttyS0 quiet systemd.show_status=false",
      "memory.total": "2048 MiB",
      ...options.facts,
    },
    fingerprint: ["cpu.model", "kernel.release", "engine.docker.version", "memory.total", ...Object.keys(options.facts ?? {})],
  };
}

/** Sum of twelve uniform numbers: near enough to a normal distribution, and the same everywhere. */
export function normal(random: Random): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random(1_000_003) / 1_000_003;
  return sum;
}

function shuffled(ids: readonly string[], random: Random): readonly string[] {
  const order = [...ids];
  for (let i = order.length - 1; i > 0; i--) {
    const [kept] = order.splice(random(i + 1), 1);
    if (kept !== undefined) order.push(kept);
  }
  return order;
}
