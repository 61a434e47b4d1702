import { run } from "../command.ts";
import { readOr } from "../conditions.ts";
import { namesIn } from "../folder.ts";

/** PCI ids of Hailo's accelerators (the `hailo_pci_id_table` of its Linux drivers). */
const chips: Readonly<Record<string, string>> = { "1e60:45c4": "Hailo-10H", "1e60:2864": "Hailo-8" };

const COMMAND_SECONDS = 30;

export interface DeviceTraces {
  /** `1e60:45c4` for each PCI function. */
  readonly pci: readonly string[];
  /** Names under /dev. */
  readonly nodes: readonly string[];
  /** What `hailortcli --version` printed; absent when there is no such program. */
  readonly hailortcli?: string;
}

/** What stands in the way of a measurement, and how to mend it; `undefined` where nothing does. Pure. */
export function missingPart({ pci, nodes, hailortcli }: DeviceTraces): string | undefined {
  const chip = pci.map((id) => chips[id]).find((name) => name !== undefined);
  // `hailo0` up to driver 5.2.0, `h1x-0` from 5.3.0.
  const node = nodes.find((name) => /^(hailo\d+|h1x-\d+)$/.test(name));
  if (chip === undefined && node === undefined) return "no Hailo device";
  if (node === undefined) {
    return `the ${chip} on PCI has no device node: load its driver (modprobe hailo1x_pci or hailo_pci), and see dkms status after a kernel update`;
  }
  if (hailortcli === undefined) return `/dev/${node} is there but hailortcli is not: install HailoRT in the driver's version`;
  return undefined;
}

/** Looks at this host. Never rejects. */
export async function deviceTraces(): Promise<DeviceTraces> {
  const found = await run(["hailortcli", "--version"], COMMAND_SECONDS).catch(() => undefined);
  return {
    pci: namesIn("/sys/bus/pci/devices").map((slot) => pciId(`/sys/bus/pci/devices/${slot}`)),
    nodes: namesIn("/dev"),
    ...(found?.code === 0 ? { hailortcli: found.stdout.trim() } : {}),
  };
}

function pciId(folder: string): string {
  return ["vendor", "device"].map((file) => readOr(`${folder}/${file}`).trim().replace(/^0x/, "")).join(":");
}
