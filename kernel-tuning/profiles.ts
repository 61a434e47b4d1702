import { disturbers, UserError } from "../hosts/index.ts";
import { findKnob } from "./knobs/index.ts";
import type { Knobs, KnobValue } from "./schema.ts";
import { serviceNames } from "./service-name.ts";

export interface Profile {
  readonly title: string;
  /** Their knobs come first, in this order; own ones replace those of the same name. */
  readonly includes?: string | readonly string[] | undefined;
  /** `null` takes a knob of an included profile out. */
  readonly knobs: Readonly<Record<string, KnobValue | null>>;
}

/** Everything of which preflight says that it disturbs, and that is a unit. Absent ones are not applicable. */
const quiet: Readonly<Record<string, string>> = Object.fromEntries(
  disturbers
    .flatMap((disturber) => [
      ...serviceNames(disturber).map((name) => `service.${name}`),
      ...(disturber.session === undefined ? [] : [`session.${disturber.session}`]),
    ])
    .map((knob) => [knob, "stopped"]),
);

/** Profiles as data. Values: `>N` only raises, `<N` only lowers, `a|b` takes the first that is offered, CPU lists may be words. */
export const profiles: Readonly<Record<string, Profile>> = {
  stock: { title: "as the distribution delivers it", knobs: {} },
  quiet: { title: "nothing in the background", knobs: quiet },
  serving: {
    title: "what the study advises for serving models",
    includes: "quiet",
    knobs: {
      // The name is the study's; what is left of it since 6.6 is the length of one turn.
      "sched.latency_ns": [
        { kernel: "<6.6", value: "<6000000" },
        { kernel: ">=6.6", value: "<1000000" },
      ],
      "sched.migration_cost_ns": ">500000",
      "sysctl.kernel.sched_autogroup_enabled": "0",
      "sysctl.vm.swappiness": "<10",
      "sysctl.vm.stat_interval": ">10",
      "sysctl.net.core.somaxconn": ">4096",
      "thp.enabled": "madvise",
      "numa.balancing": "0",
      "cpu.governor": "performance|schedutil",
      "irq.default": "housekeeping",
      "irq.network": "housekeeping",
      "irq.nvme": "housekeeping",
      "irq.hailo": "housekeeping",
      "workqueue.all": "housekeeping",
      "slice.model.cpu.weight": "1000",
      // Of fewer cores one for all the rest would be missed more than it helps.
      "slice.model.cpuset.cpus": [{ atLeastCores: 4, value: "serving" }],
    },
  },
  latency: {
    title: "short and even answers before throughput",
    includes: "serving",
    knobs: {
      "swap.devices": "off",
      "thp.enabled": "never",
      "sysctl.net.core.busy_read": "50",
      "sysctl.net.core.busy_poll": "50",
      "sysctl.kernel.timer_migration": "0",
      "sysctl.kernel.nmi_watchdog": "0",
      "rps.network": "housekeeping",
      "cpu.preference": "performance",
      "cpu.bias": "performance",
      "idle.deepest": "1",
      "latency.dma": "3",
    },
  },
  accelerator: {
    title: "an accelerator's answers reach what waits for them soon: Hailo HATs",
    includes: "serving",
    knobs: {
      "irq.hailo": "accelerator-irq",
      "latency.dma": "3",
      // A driver that is built for one kernel is lost with the next.
      "hold.kernel": "on",
    },
  },
  throughput: {
    title: "most work per second",
    includes: "quiet",
    knobs: {
      "sched.base_slice_ns": [
        { kernel: ">=6.6", value: ">3000000" },
        { kernel: "<6.6", value: ">10000000" },
      ],
      "sysctl.vm.swappiness": "<10",
      "sysctl.vm.dirty_ratio": ">40",
      "sysctl.vm.dirty_background_ratio": ">10",
      "sysctl.net.core.somaxconn": ">2048",
      "thp.enabled": "always",
      "cpu.governor": "performance|schedutil",
      "cpu.preference": "performance",
      "cpu.bias": "performance",
      "cpu.turbo": "on",
    },
  },
};

/** What profiles are looked up in: those of distrobench, maybe with the user's. */
export type ProfileTable = Readonly<Record<string, Pick<Profile, "includes" | "knobs">>>;

/** A profile's knobs with those of the profiles it includes. Throws `UserError` on a name that is none, or a circle. */
export function knobsOf(name: string, table: ProfileTable = profiles, seen: readonly string[] = []): Knobs {
  const profile = Object.hasOwn(table, name) ? table[name] : undefined;
  if (profile === undefined || seen.includes(name))
    throw new UserError(
      profile === undefined ? `there is no tuning profile ${name}` : `the tuning profile ${name} includes itself`,
      {
        remedy: `profiles are ${Object.keys(table).join(", ")}`,
      },
    );
  const included = includedBy(profile).flatMap((one) => Object.entries(knobsOf(one, table, [...seen, name])));
  return overlaid(Object.fromEntries(included), profile.knobs);
}

/** Knobs with others over them, of which `null` takes one out. Throws `UserError` on a name that is none. */
export function overlaid(knobs: Knobs, over: Profile["knobs"]): Knobs {
  const all: Record<string, KnobValue | null> = { ...knobs, ...over };
  const kept = Object.entries(all).filter((entry): entry is [string, KnobValue] => entry[1] !== null);
  for (const [knob] of kept) findKnob(knob);
  return Object.fromEntries(kept);
}

/** The profiles that one is made from, in order. */
export function includedBy({ includes = [] }: Pick<Profile, "includes">): readonly string[] {
  return typeof includes === "string" ? [includes] : includes;
}
