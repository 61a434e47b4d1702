import { createHash } from "node:crypto";
import { type Identity, identify, parseAssignments, releaseNames } from "../identify.ts";
import type { HostFacts } from "../schema.ts";
import { dockerFacts } from "./docker.ts";
import { mountFacts } from "./mounts.ts";
import { packageVersions } from "./versions.ts";

export type Sections = ReadonlyMap<string, string>;

/** Takes the answer of `factsScript` apart: text by section name, without surrounding white space. */
export function parseSections(text: string): Sections {
  const sections = text.split(/^@@@ /m).slice(1);
  return new Map(
    sections.map((section) => {
      const end = section.indexOf("\n");
      return [section.slice(0, end), section.slice(end).replaceAll("\0", "").trim()];
    }),
  );
}

/** Who the host says it is. */
function identityOf(sections: Sections): Identity {
  return {
    osRelease: parseAssignments(sections.get("@os-release") ?? ""),
    rpiIssue: sections.get("@rpi-issue") ?? "",
    lsbRelease: parseAssignments(sections.get("@lsb-release") ?? ""),
  };
}

/** Facts from the answer of `factsScript`. Throws `UserError` for a system that is none of ours. */
export function parseFacts(text: string): HostFacts {
  const sections = parseSections(text);
  const get = (name: string) => sections.get(name) ?? "";
  const identity = identityOf(sections);
  const [, kernel = "", , architecture = ""] = unameFields(get("@uname"));
  const machine = virtualisation(sections);
  return {
    distribution: identify(identity),
    prettyName: identity.osRelease.PRETTY_NAME ?? "",
    release: releaseNames(identity)[0] ?? "",
    kernel,
    // What guarded a start on trial (kernel-tuning/boot) goes with the next restart and changes nothing that is measured.
    commandLine: get("@cmdline").replace(/( panic=10)? init=\/etc\/distrobench\/trial-init/, ""),
    architecture,
    libc: libc(get("@libc")),
    ...init(sections),
    cpuModel: cpuField(sections, "model name") ?? cpuField(sections, "Model") ?? get("board.model"),
    cpus: (get("@cpuinfo").match(/^processor\s*:/gm) ?? []).length,
    memoryBytes: Number(/^MemTotal:\s*(\d+) kB/m.exec(get("@meminfo"))?.[1] ?? 0) * 1024,
    virtualisation: machine.name,
    emulated: machine.emulated,
    cgroupVersion: sections.has("@controllers") ? 2 : 1,
    cgroupControllers: words(get("@controllers")),
    clocksource: get("@clocksource"),
    bootId: get("@boot-id"),
    machineId: get("@machine-id"),
    more: Object.fromEntries(Object.entries(more(sections)).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function more(sections: Sections): Record<string, string> {
  const get = (name: string) => sections.get(name) ?? "";
  return {
    ...plainFacts(sections),
    "release.names": releaseNames(identityOf(sections)).join(" "),
    ...configurationFacts(get("@config")),
    ...cpuFacts(sections),
    ...rcuFacts(get("@cmdline")),
    ...mountFacts(get("@mounts"), get("@df")),
    swap: get("@swaps").split("\n").length > 1 ? "on" : "off",
    "cpu.stealPercent": steal(get("@steal")),
    uid: get("@uid"),
    time: get("@time"),
    "packages.digest": createHash("sha256").update(get("@packages")).digest("hex"),
    ...packageVersions(get("@packages")),
    ...dockerFacts({
      ...{ info: get("@docker"), network: get("@docker-network") },
      ...{ file: get("@docker-daemon"), words: get("@docker-words") },
    }),
  };
}

function plainFacts(sections: Sections): Record<string, string> {
  const plain = [...sections].filter(([name, text]) => !name.startsWith("@") && text !== "" && text !== "(null)");
  return Object.fromEntries(plain.map(([name, text]) => [name, name.startsWith("mitigations.") ? text : chosen(text)]));
}

function configurationFacts(text: string): Record<string, string> {
  const lines = text.split("\n").filter((line) => line.startsWith("CONFIG_"));
  return Object.fromEntries(
    lines.map((line) => [`kernel.${line.slice(0, line.indexOf("="))}`, line.slice(line.indexOf("=") + 1)]),
  );
}

const CPU_FIELDS = {
  "cpu.stepping": "stepping",
  "cpu.microcode": "microcode",
  "cpu.threadsPerPackage": "siblings",
  "cpu.cores": "cpu cores",
  // Of a Raspberry Pi's board.
  "board.revision": "Revision",
} as const;

function cpuFacts(sections: Sections): Record<string, string> {
  const found = Object.entries(CPU_FIELDS).map(([fact, field]) => [fact, cpuField(sections, field)] as const);
  return Object.fromEntries(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** CPUs that run no RCU callbacks: the kernel tells them by its command line only. */
function rcuFacts(commandLine: string): Record<string, string> {
  const cpus = /(?:^| )rcu_nocbs(?:=(\S+))?(?: |$)/.exec(commandLine);
  return cpus === null ? {} : { "cpu.rcuNoCallbacks": cpus[1] ?? "all" };
}

/** Kernel files that offer choices mark the one in use: `always [madvise] never`, `none (voluntary) full`. */
function chosen(text: string): string {
  return /^(?:\S+ )*[[(](\S+)[\])](?: \S+)*$/.exec(text)?.[1] ?? text.replaceAll("\n", " ");
}

function cpuField(sections: Sections, name: string): string | undefined {
  return new RegExp(`^${name}\\s*:\\s*(.*)$`, "m").exec(sections.get("@cpuinfo") ?? "")?.[1]?.trim();
}

/** `uname -srvm`: the version in the middle has spaces. */
function unameFields(text: string): string[] {
  const fields = words(text);
  return [fields[0] ?? "", fields[1] ?? "", fields.slice(2, -1).join(" "), fields.at(-1) ?? ""];
}

function libc(text: string): string {
  const musl = /musl libc[\s\S]*Version (\S+)/.exec(text);
  return musl === null ? (text.split("\n")[0] ?? "") : `musl ${musl[1]}`;
}

function init(sections: Sections): Pick<HostFacts, "init" | "initVersion"> {
  const version = sections.get("@init-version") ?? "";
  if (sections.get("@init") === "systemd") return { init: "systemd", initVersion: words(version)[1] ?? "" };
  if (sections.has("@openrc")) return { init: "openrc", initVersion: words(version).at(-1) ?? "" };
  return { init: "other", initVersion: sections.get("@init") ?? "" };
}

/**
 * systemd tells KVM from plain QEMU by the hypervisor's CPUID leaf (`KVMKVMKVM` or `TCGTCGTCGTCG`); without systemd the same shows as
 * the clock source `kvm-clock`, and TCG's own CPU models name it. On arm64 neither is certain: "qemu" there means "not known to be KVM".
 */
function virtualisation(sections: Sections): { readonly name: string; readonly emulated: boolean } {
  const [vm = "", container = "none"] = words(sections.get("@virt") ?? "");
  const board = vm === "" ? boardVirtualisation(sections) : undefined;
  const kvm = board === "kvm" || (sections.get("clocksource.available") ?? "").includes("kvm-clock");
  const tcg = vm === "qemu" || board === "qemu" || /TCG|QEMU Virtual CPU/.test(cpuField(sections, "model name") ?? "");
  const machine = vm || withoutSystemd(sections, kvm, tcg);
  return { name: container === "none" ? machine : `${machine}, in ${container}`, emulated: tcg && !kvm };
}

function withoutSystemd(sections: Sections, kvm: boolean, tcg: boolean): string {
  if (kvm) return "kvm";
  if (tcg) return "qemu";
  const isVirtual = / hypervisor( |$)/.test(cpuField(sections, "flags") ?? "") || boardVirtualisation(sections) !== undefined;
  return isVirtual ? "unknown" : "none";
}

/** Firmware's names for machines that are none; makers of clouds have machines of metal, too. */
const VIRTUAL_BOARD = /VMware|VirtualBox|Virtual Machine|OpenStack|Google Compute Engine|Amazon EC2 (?!\S*metal)|vServer|domU/;

/**
 * Where no CPU flag tells (arm64), the board does: QEMU's own says which it is (hw/arm/virt.c), and without firmware has only its device tree.
 */
function boardVirtualisation(sections: Sections): "kvm" | "qemu" | "other" | undefined {
  if (cpuField(sections, "flags") !== undefined) return undefined;
  const [vendor, product, model] = ["board.vendor", "board.product", "board.model"].map((name) => sections.get(name) ?? "");
  if (product === "KVM Virtual Machine") return "kvm";
  if (vendor === "QEMU" || model === "linux,dummy-virt") return "qemu";
  return VIRTUAL_BOARD.test(`${vendor} ${product}`) ? "other" : undefined;
}

/** Per cent of all CPU time since boot that the hypervisor gave to others. */
function steal(line: string): string {
  const times = words(line).slice(1, 9).map(Number);
  const total = times.reduce((sum, time) => sum + time, 0);
  return total === 0 ? "" : (((times[7] ?? 0) / total) * 100).toFixed(2);
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
