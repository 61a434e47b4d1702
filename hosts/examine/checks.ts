import type { CommandLineFile } from "../command-line-files.ts";
import type { Distribution } from "../distribution.ts";
import type { Sections } from "../facts/parse.ts";
import type { PackageState } from "../packages/plan.ts";
import { pythonSources } from "../packages/python.ts";
import type { HostFacts, PreflightVerdict } from "../schema.ts";
import { verdict } from "../verdict.ts";
import { type Disturber, disturbers } from "./background.ts";

/** What the checks look at: everything that was asked of one host. */
export interface Examination {
  readonly distribution: Distribution;
  readonly facts: HostFacts;
  readonly packages: PackageState;
  readonly sections: Sections;
}

/** Checks beyond those that every `up` makes. Pure. */
export function examinationVerdicts(examination: Examination): PreflightVerdict[] {
  return [
    kernelHold(examination),
    commandLineFile(examination),
    background(examination),
    timeSync(examination),
    throttling(examination),
    swap(examination),
    virtualisation(examination),
    python(examination),
  ];
}

/** An update of the kernel between two sessions makes them incomparable. */
function kernelHold({ distribution, facts, packages, sections }: Examination): PreflightVerdict {
  const manager = distribution.packages;
  const kernels = distribution.kernelPackages([...packages.installed.keys()], facts.kernel);
  const held = manager.parseHeld(sections.get("held") ?? "");
  const loose = kernels.filter((name) => !held.includes(name));
  if (kernels.length === 0)
    return { check: "kernel held", status: "pass", found: `${facts.kernel}, which no installed package would replace` };
  const found =
    loose.length === 0 ? `${facts.kernel}, held: ${kernels.join(", ")}` : `${facts.kernel}, ${loose.join(", ")} not held`;
  const byHand = manager.holdByHand(loose.map((name) => [name, packages.installed.get(name) ?? ""]));
  const remedy = `an update would change the kernel between sessions; as part of a tuning: hold.kernel: "on"; or on the host: ${byHand}`;
  return verdict("kernel held", loose.length === 0, "warn", found, remedy);
}

function usedFile({ commandLine }: Distribution, sections: Sections): CommandLineFile | undefined {
  const there = (sections.get("command-line-files") ?? "").split("\n");
  return commandLine.find(({ path }) => there.includes(path));
}

function commandLineFile({ distribution, facts, sections }: Examination): PreflightVerdict {
  const file = usedFile(distribution, sections);
  const known = distribution.commandLine.map(({ path }) => path).join(", ");
  // GRUB and extlinux both tell the kernel which image they read.
  if (file?.apply !== undefined && !/(?:^| )BOOT_IMAGE=/.test(facts.commandLine))
    return {
      check: "kernel command line",
      status: "warn",
      found: `${file.path} is there, but another boot loader started this kernel`,
      remedy: "a profile's boot knobs do not apply here: set kernel options in the boot loader's own place by hand",
    };
  const found = file === undefined ? `none of ${known}` : `${file.path}${file.apply === undefined ? "" : `, then ${file.apply}`}`;
  const remedy = "kernel options can't be set from inside this host: its boot loader or virtual machine gives them";
  return verdict("kernel command line", file !== undefined, "warn", found, remedy);
}

function background({ sections, distribution }: Examination): PreflightVerdict {
  const running = (sections.get("background") ?? "").split("\n");
  const systemd = distribution.services.kind === "systemd";
  const nameOf = (item: Disturber) => item.process ?? (systemd ? item.unit : item.openrc);
  const found = disturbers.flatMap((item) => {
    const name = nameOf(item);
    return name !== undefined && running.includes(name) ? [{ ...item, name }] : [];
  });
  const steps = stopSteps(found, systemd);
  return verdict(
    "background services",
    found.length === 0,
    "warn",
    found.length === 0 ? "none of those known to disturb" : found.map(({ kind, name }) => `${name} (${kind})`).join(", "),
    `for the time of measuring: ${steps.join("; ")}`,
  );
}

/** What a person types to stop what was found: one step for services, one for those of a logged-in user, one for bare processes. */
function stopSteps(found: readonly (Disturber & { readonly name: string })[], systemd: boolean): string[] {
  const services = found.flatMap(({ name, process }) => (process === undefined ? [name] : []));
  const sessions = found.flatMap(({ session }) => (systemd && session !== undefined ? [session] : []));
  const processes = found.flatMap(({ process, session }) => (systemd && session !== undefined ? [] : (process ?? [])));
  const stop = systemd ? `systemctl stop ${services.join(" ")}` : services.map((name) => `rc-service ${name} stop`).join("; ");
  return [
    ...(services.length > 0 ? [stop] : []),
    ...(sessions.length > 0 ? [`as the user who is logged in: systemctl --user stop ${sessions.join(" ")}`] : []),
    ...(processes.length > 0 ? [`end ${processes.join(", ")}`] : []),
  ];
}

function timeSync({ sections, facts }: Examination): PreflightVerdict {
  const ntp = sections.get("ntp") ?? "";
  const kernel = sections.get("adjtimex") ?? "";
  const daemon = sections.get("time-daemon") ?? "";
  const synchronised = ntp === "" ? kernel !== "" && !kernel.includes("UNSYNC") : ntp === "yes";
  const who = daemon === "" ? "no daemon" : daemon.split("\n").join(", ");
  const remedy = facts.init === "openrc" ? "rc-update add chronyd default; rc-service chronyd start" : "timedatectl set-ntp true";
  return verdict("time synchronised", synchronised, "warn", `${synchronised ? "yes" : "no"}, ${who}`, remedy);
}

/** vcgencmd's bits: 0 under-voltage, 1 frequency capped, 2 throttled, 3 soft temperature limit; 16 to 19 the same since boot. */
const THROTTLE_BITS = [
  [0, "under-voltage now"],
  [1, "frequency capped now"],
  [2, "throttled now"],
  [3, "soft temperature limit now"],
  [16, "under-voltage since boot"],
  [17, "frequency capped since boot"],
  [18, "throttled since boot"],
  [19, "soft temperature limit since boot"],
] as const;

function throttling({ sections }: Examination): PreflightVerdict {
  const mask = Number(/throttled=(0x[0-9a-f]+)/i.exec(sections.get("throttled") ?? "")?.[1] ?? 0);
  const bits = THROTTLE_BITS.flatMap(([bit, text]) => ((mask >>> bit) & 1 ? [text] : []));
  const counts = numbers(sections.get("throttle-counts"));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const hottest = Math.max(0, ...numbers(sections.get("temperatures"))) / 1000;
  const problems = [...bits, ...(total > 0 ? [`${total} thermal throttle events since boot`] : [])];
  const known = sections.get("throttled") !== "" || counts.length > 0;
  const heat = hottest > 0 ? `, hottest ${hottest.toFixed(0)} °C` : "";
  const found = problems.length > 0 ? problems.join(", ") : known ? "none" : "the host does not say";
  return verdict(
    "throttling",
    problems.length === 0,
    "warn",
    found + heat,
    "better cooling or power supply, then reboot so that the counters start anew",
  );
}

function numbers(text: string | undefined): number[] {
  return (text ?? "")
    .split("\n")
    .filter((line) => line !== "")
    .map(Number)
    .filter(Number.isFinite);
}

function swap({ facts }: Examination): PreflightVerdict {
  const on = facts.more.swap === "on";
  const remedy = "swapoff -a for the time of measuring: a model that is swapped out is measured as a slow disk";
  return verdict("swap", !on, "warn", facts.more.swap ?? "off", remedy);
}

function virtualisation({ facts }: Examination): PreflightVerdict {
  const metal = facts.virtualisation === "none";
  const remedy = "other guests share the processor; compare only variants on this same machine, and watch stolen time";
  const stolen = facts.more["cpu.stealPercent"] ?? "";
  const found = metal ? "none" : `${facts.virtualisation}${stolen === "" ? "" : `, ${stolen} % of time stolen since boot`}`;
  return verdict("virtualisation", metal, "warn", found, remedy);
}

function python({ distribution, packages }: Examination): PreflightVerdict {
  const [first, ...others] = pythonSources(distribution.name, packages.release);
  const also = others.length === 0 ? "" : ` (else ${others.map(({ how }) => how).join(", or ")})`;
  return { check: "Python 3.11", status: "pass", found: `${first?.source}: ${first?.how}${also}` };
}
