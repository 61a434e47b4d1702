import { z } from "zod";
import { UserError } from "../errors.ts";

/** Processor architectures that lab machines can have, by the names that Debian uses. */
export const architectureName = z.enum(["amd64", "arm64"]);
export type ArchitectureName = z.output<typeof architectureName>;

/** What differs between processor architectures. A machine of another one than the controller's is emulated. */
export interface Architecture {
  readonly name: ArchitectureName;
  /** As `uname -m` prints it, and as Alpine and Arch name their folders. */
  readonly kernelName: string;
  /** As Node.js prints it. */
  readonly nodeName: NodeJS.Architecture;
  readonly qemu: string;
  readonly debianPackage: string;
  readonly machine: string;
  readonly console: string;
  /**
   * The processor model under TCG. QEMU 7.2 corrupts flags in cmpxchg16b, which panics 6.12 kernels about 20 s into the boot:
   * without that instruction they take another path. Its mwait never sleeps and misses interrupts that are masked: a kernel that idles
   * with it (Debian 14's) spins, or hangs with all processors spinning; without it the kernel halts. On arm64 the architected pointer
   * authentication is a cipher computed at every call and return; QEMU's own one is cheap (docs/system/arm/cpu-features).
   */
  readonly emulatedCpu: string;
}

const architectures: Readonly<Record<ArchitectureName, Architecture>> = {
  amd64: {
    name: "amd64",
    kernelName: "x86_64",
    nodeName: "x64",
    qemu: "qemu-system-x86_64",
    debianPackage: "qemu-system-x86",
    machine: "q35",
    console: "ttyS0",
    emulatedCpu: "max,-cx16,-monitor",
  },
  arm64: {
    name: "arm64",
    kernelName: "aarch64",
    nodeName: "arm64",
    qemu: "qemu-system-aarch64",
    debianPackage: "qemu-system-arm",
    machine: "virt",
    console: "ttyAMA0",
    emulatedCpu: "max,pauth-impdef=on",
  },
};

/** The controller's own. Throws `UserError` on a processor that lab machines don't know. */
export function controllerArchitecture(name: NodeJS.Architecture = process.arch): Architecture {
  const architecture = Object.values(architectures).find(({ nodeName }) => nodeName === name);
  if (architecture === undefined)
    throw new UserError(`lab machines need an x64 or arm64 controller, this one is ${name}`, {
      remedy: "use hosts with ssh: instead of lab: in the matrix",
    });
  return architecture;
}

/** The one that is asked for; without a name the controller's own. */
export function architectureOf(name: ArchitectureName | undefined): Architecture {
  return name === undefined ? controllerArchitecture() : architectures[name];
}

/** Whether machines of it run only under emulation here. */
export function isForeign(architecture: Architecture): boolean {
  return architecture.nodeName !== process.arch;
}
