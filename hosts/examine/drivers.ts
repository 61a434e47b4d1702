import type { Sections } from "../facts/parse.ts";

/** One GPU, NPU or HAT as the host has it. Fields that a host does not tell are absent. */
export interface Device {
  /** PCI address, or the name in the device tree. */
  readonly address: string;
  readonly kind: "graphics" | "accelerator" | "co-processor";
  /** `1e60:45c4`; absent where it is not on PCI. */
  readonly pciId?: string;
  /** What it is, where its id is known here. */
  readonly name?: string;
  readonly driver?: string;
  readonly module?: Module;
  /** Device nodes its driver has made. */
  readonly nodes: readonly string[];
  /** Numbers with the name each has in /proc/interrupts. */
  readonly interrupts: readonly string[];
  /** What the kernel logged about its firmware. */
  readonly firmware: readonly string[];
}

interface Module {
  readonly name: string;
  readonly version?: string;
  readonly sourceVersion?: string;
  readonly file?: string;
  /** Built with the kernel, rather than by dkms or by hand. */
  readonly inTree: boolean;
  /** How many firmware files the module may ask for. */
  readonly firmwareFiles: number;
}

export interface DriverInventory {
  readonly devices: readonly Device[];
  /** A Raspberry Pi's board by its own memory: vendor, product. */
  readonly hat: Readonly<Record<string, string>>;
  /** Accelerators' device nodes, whoever made them. */
  readonly nodes: readonly string[];
}

const KNOWN: Readonly<Record<string, string>> = {
  "1e60:45c4": "Hailo-10H",
  "1e60:2864": "Hailo-8",
  "1e60:43a2": "Hailo-15L",
};

/** Reads what `examinationScript` printed about devices and their drivers. Pure. */
export function parseDrivers(sections: Sections): DriverInventory {
  const lines = (name: string) => (sections.get(name) ?? "").split("\n").filter((line) => line.trim() !== "");
  const modules = new Map(lines("modules").map((line) => [line.split(" ")[0] ?? "", moduleOf(line)]));
  const names = interruptNames(lines("interrupts"));
  const firmware = lines("firmware");
  const context = { modules, names, firmware };
  return {
    devices: [...lines("pci").map((line) => pciDevice(line, context)), ...lines("drm").map((line) => drmDevice(line, context))],
    hat: Object.fromEntries(
      lines("hat").map((line) => [line.split(" ")[0] ?? "", line.split(" ").slice(1).join(" ").replaceAll("_", " ")]),
    ),
    nodes: lines("loose-nodes"),
  };
}

interface Surroundings {
  readonly modules: ReadonlyMap<string, Module>;
  readonly names: ReadonlyMap<string, string>;
  readonly firmware: readonly string[];
}

function pciDevice(line: string, { modules, names, firmware }: Surroundings): Device {
  const [address = "", pciClass = "", vendor = "", device = "", driver, module, irq, msi, nodes] = line.split(" ");
  const pciId = `${vendor.slice(2)}:${device.slice(2)}`;
  const numbers = list(msi).length > 0 ? list(msi) : list(irq).filter((number) => number !== "0");
  return {
    address,
    kind: kindOf(pciClass, vendor),
    pciId,
    ...optional("name", KNOWN[pciId]),
    ...optional("driver", given(driver)),
    ...optional("module", modules.get(module ?? "")),
    nodes: list(nodes),
    interrupts: numbers.map((number) => `${number} ${names.get(number) ?? "unused"}`),
    firmware: firmware.filter((text) => text.includes(address)),
  };
}

function drmDevice(line: string, { modules, firmware }: Surroundings): Device {
  const [address = "", driver, module, nodes] = line.split(" ");
  return {
    address,
    kind: "graphics",
    ...optional("driver", given(driver)),
    ...optional("module", modules.get(module ?? "")),
    nodes: list(nodes),
    interrupts: [],
    firmware: firmware.filter((text) => text.includes(address)),
  };
}

function kindOf(pciClass: string, vendor: string): Device["kind"] {
  if (vendor === "0x1e60" || pciClass.startsWith("0x12")) return "accelerator";
  return pciClass.startsWith("0x03") ? "graphics" : "co-processor";
}

/** A module that dkms built lies below updates/dkms, one put there by hand below extra or updates; `(builtin)` has no file. */
function moduleOf(line: string): Module {
  const [name = "", version, sourceVersion, file, firmwareFiles] = line.split(" ");
  return {
    name,
    ...optional("version", given(version)),
    ...optional("sourceVersion", given(sourceVersion)),
    ...optional("file", given(file)),
    inTree: !/\/(?:updates|extra|dkms)\//.test(file ?? ""),
    firmwareFiles: Number(firmwareFiles ?? 0),
  };
}

/** The action's name behind at least two spaces at the end of a line of /proc/interrupts: ` 45:  0  12  PCI-MSIX-0000:01:00.0  0-edge  hailo1x`. */
function interruptNames(lines: readonly string[]): Map<string, string> {
  const found = lines.flatMap((line) => {
    const match = /^\s*(\d+):\s+(?:\d+\s+)+(.*)$/.exec(line);
    return match?.[1] === undefined
      ? []
      : [
          [
            match[1],
            match[2]
              ?.trim()
              .split(/\s{2,}/)
              .at(-1) ?? "",
          ] as const,
        ];
  });
  return new Map(found);
}

function given(word: string | undefined): string | undefined {
  return word === undefined || word === "-" || word === "" ? undefined : word;
}

function list(word: string | undefined): string[] {
  return (given(word) ?? "").split(",").filter((item) => item !== "");
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value });
}
