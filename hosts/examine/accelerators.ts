import type { PackageState } from "../packages/plan.ts";
import { vendorRemedy } from "../packages/vendors.ts";
import { upstreamVersion } from "../packages/version.ts";
import type { DistributionName, PreflightVerdict } from "../schema.ts";
import { verdict } from "../verdict.ts";
import type { Device, DriverInventory } from "./drivers.ts";

/** What a device needs, by its PCI id, in the table of vendors. */
const NEEDS: Readonly<Record<string, string>> = { "1e60:45c4": "hailo-10h", "1e60:2864": "hailo-8" };

/** HailoRT as Raspberry Pi packages it, for Hailo-10H and for Hailo-8: it refuses a driver of another version (HAILO_INVALID_DRIVER_VERSION). */
const LIBRARIES = ["h10-hailort", "hailort"];

/** A verdict for each GPU, NPU or HAT: it has a driver, an accelerator a device node, and Hailo's library is of its driver's version. Pure. */
export function driverVerdicts(
  distribution: DistributionName,
  { release, installed }: Pick<PackageState, "release" | "installed">,
  inventory: DriverInventory,
): PreflightVerdict[] {
  const { devices, hat } = inventory;
  const board: PreflightVerdict[] =
    hat.product === undefined ? [] : [{ check: "HAT", status: "pass", found: `${hat.vendor ?? ""} ${hat.product}`.trim() }];
  if (devices.length === 0) return [...board, { check: "drivers", status: "pass", found: "no GPU, NPU or accelerator found" }];
  const verdicts = devices.map((device) => deviceVerdict(distribution, release, device));
  return [...board, ...verdicts, ...devices.flatMap((device) => libraryVerdict(installed, device))];
}

function libraryVerdict(installed: PackageState["installed"], { pciId, module }: Device): PreflightVerdict[] {
  const library = LIBRARIES.find((name) => installed.has(name));
  if (pciId?.startsWith("1e60:") !== true || module?.version === undefined || library === undefined) return [];
  const version = upstreamVersion(installed.get(library) ?? "");
  const remedy = "bring both to one version (upgrade them together), then reboot, so that the new driver is the one that runs";
  const found = `${library} ${version}, driver ${module.version}`;
  return [verdict("Hailo driver and library", version === upstreamVersion(module.version), "fail", found, remedy)];
}

function deviceVerdict(distribution: DistributionName, release: string, device: Device): PreflightVerdict {
  const { pciId, name, address, kind, driver, nodes } = device;
  const check = `${kind} ${name ?? address}`;
  const found = [pciId ?? address, driverText(device), ...interruptText(device), ...firmwareText(device)].join(", ");
  const needsNode = kind === "accelerator";
  if (driver !== undefined && (!needsNode || nodes.length > 0)) return { check, status: "pass", found };
  const remedy =
    vendorRemedy(distribution, release, NEEDS[pciId ?? ""] ?? "") ??
    "install the driver of its maker for this kernel, and look into dmesg for why it does not start";
  return { check, status: kind === "accelerator" ? "fail" : "warn", found, remedy };
}

function driverText({ driver, module, nodes }: Device): string {
  if (driver === undefined) return "no driver";
  const origin = module === undefined ? "" : module.inTree ? " of the kernel" : " from outside of the kernel";
  const version = module?.version === undefined ? "" : ` ${module.version}`;
  return `driver ${driver}${version}${origin}, ${nodes.length === 0 ? "no device node" : nodes.join(" ")}`;
}

function interruptText({ interrupts }: Device): string[] {
  return interrupts.length === 0 ? [] : [`IRQ ${interrupts.slice(0, 4).join(", ")}${interrupts.length > 4 ? ", ..." : ""}`];
}

/** What the kernel said last about it, without time, driver and address. Its log forgets what is old. */
function firmwareText({ address, kind, firmware, module }: Device): string[] {
  const last = firmware.at(-1);
  if (last !== undefined) return [`firmware: ${last.slice(last.indexOf(address) + address.length).replace(/^[:\s]+/, "")}`];
  const wanted = kind === "accelerator" && (module?.firmwareFiles ?? 0) > 0;
  return wanted ? ["firmware: nothing in the kernel's log"] : [];
}
