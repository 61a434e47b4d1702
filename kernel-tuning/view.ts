import type { DistributionName } from "../hosts/index.ts";
import { parseCommandLine } from "./boot/command-line.ts";
import { type Cell, type CellKind, cellKey, cellKinds, choices, normalise } from "./cells.ts";
import { parseCpuList } from "./cpu-list.ts";
import { withHolds } from "./host/holds.ts";
import type { HostRecord } from "./host/port.ts";
import { parseRecords } from "./host/records.ts";
import { withReadBack } from "./ours.ts";
import { digestOf, keptText, parseRecord } from "./record.ts";
import type { Baseline } from "./schema.ts";

/** A host as read in one round trip. */
export interface HostView {
  /** Major and minor. */
  readonly kernel: readonly [number, number];
  /** As of `uname -r`. */
  readonly release: string;
  readonly bootId: string;
  readonly init: string;
  readonly distribution: DistributionName;
  readonly online: readonly number[];
  /** CPUs that are there, online or not. */
  readonly present: readonly number[];
  /** CPUs of one core, by CPU. */
  readonly siblings: ReadonlyMap<number, readonly number[]>;
  /** Line of /proc/interrupts without its counts, by number. */
  readonly irqs: ReadonlyMap<number, string>;
  /** Interrupts by network interface. */
  readonly deviceIrqs: ReadonlyMap<string, readonly number[]>;
  /** Network interfaces that are a device: no bridge, and no end of a container's network. */
  readonly interfaces: readonly string[];
  /** By service or unit: what goes along when it is stopped, because it needs it, and what would start it again. */
  readonly along: ReadonlyMap<string, readonly string[]>;
  /** Whether the kernel's debugfs is where it belongs; `none` when the kernel has none. */
  readonly debugfs: string;
  /** What the kernel's lockdown keeps even from root (Secure Boot), or nothing. */
  readonly lockdown: string | undefined;
  /** Normalised values by `cellKey`. */
  readonly values: ReadonlyMap<string, string>;
  /** What a file of choices offers, by `cellKey`. */
  readonly choices: ReadonlyMap<string, readonly string[]>;
  /** Whether GRUB's configuration is made of drop-in files too. */
  readonly dropIns: boolean;
  /** A start on trial that nobody followed to its end: when the dead man undid it, or `open`. */
  readonly trial: string | undefined;
  /** The host's own record, with what was read back after its last write. */
  readonly record: Baseline | undefined;
  /** What that record is known by: see `digestOf`. */
  readonly digest: string | undefined;
}

const KINDS: ReadonlySet<string> = new Set(cellKinds);

/** Throws `UserError` when the host's own record can't be understood. */
export function viewOf(records: readonly HostRecord[], distribution: DistributionName): HostView {
  const of = (kind: string) => records.filter((record) => record.kind === kind);
  const fact = (name: string) => of("fact").find((record) => record.name === name)?.value ?? "";
  const [major = "0", minor = "0"] = fact("kernel").split(/[.-]/);
  const cells = expanded(records);
  const saved = keptText(records, "tuning.json");
  return {
    kernel: [Number(major), Number(minor)],
    release: fact("kernel"),
    bootId: fact("bootId"),
    init: fact("init"),
    distribution,
    online: parseCpuList(fact("online")) ?? [0],
    present: parseCpuList(fact("present")) ?? [],
    siblings: new Map(of("siblings").map(({ name, value }) => [Number.parseInt(name, 10), parseCpuList(value) ?? []])),
    irqs: new Map(of("irq").map(({ name, value }) => [Number(name), value])),
    deviceIrqs: grouped(of("deviceIrq")),
    interfaces: of("interface").map(({ name }) => name),
    along: new Map(of("along").map(({ name, value }) => [name, value.split(" ")])),
    debugfs: fact("debugfs"),
    lockdown: /\[(integrity|confidentiality)\]/.exec(fact("lockdown"))?.[1],
    values: valuesOf(cells),
    choices: new Map(cells.map((cell) => [cellKey(cell), choices(cell.value)])),
    dropIns: of("loader").some(({ name }) => name === "grub.d"),
    trial: fact("trial") || undefined,
    record: saved === "" ? undefined : withReadBacks(parseRecord(saved), keptText(records, "tuning.readback")),
    digest: saved === "" ? undefined : digestOf(saved),
  };
}

/** Values by `cellKey`, normalised. */
export function valuesOf(records: readonly HostRecord[]): ReadonlyMap<string, string> {
  return new Map(expanded(records).map((cell) => [cellKey(cell), normalise(cell, cell.value)]));
}

/** What is not listed is off, or not there: being listed is what being on means. */
const UNLISTED: Partial<Record<CellKind, string>> = { swap: "off", boot: "absent" };

export function valueIn(values: ReadonlyMap<string, string>, cell: Cell): string | undefined {
  return values.get(cellKey(cell)) ?? UNLISTED[cell.kind];
}

/** Some answers hold many cells: lists of packages, a command line. */
function expanded(records: readonly HostRecord[]): (HostRecord & { readonly kind: CellKind })[] {
  const lines = records.filter(({ kind }) => kind === "commandLine").map(({ value }) => parseCommandLine(value));
  const boots = lines.flatMap((line) => [...line].map(([name, value]) => ({ kind: "boot", name, value })));
  return [...withHolds(records), ...boots].filter(isCell);
}

function isCell(record: HostRecord): record is HostRecord & { readonly kind: CellKind } {
  return KINDS.has(record.kind);
}

function grouped(records: readonly HostRecord[]): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>();
  for (const { name, value } of records) groups.set(name, [...(groups.get(name) ?? []), Number(value)]);
  return groups;
}

/** A last line without an end was cut off with the host's power or its disk's space, and maybe its value too. */
function withReadBacks(baseline: Baseline, text: string): Baseline {
  const read = valuesOf(parseRecords(text.slice(0, text.lastIndexOf("\n") + 1)));
  return { ...baseline, cells: baseline.cells.map((cell) => withReadBack(cell, read.get(cellKey(cell)))) };
}
