import { UserError } from "../errors.ts";

/** What differs between processor architectures of the controller: machines are always of the same one. */
export interface Architecture {
  readonly qemu: string;
  readonly debianPackage: string;
  readonly machine: string;
  readonly console: string;
  /**
   * The processor model under TCG. QEMU 7.2 corrupts flags in cmpxchg16b, which panics 6.12 kernels about 20 s into the boot:
   * without that instruction they take another path. Its mwait never sleeps and misses interrupts that are masked: a kernel that idles
   * with it (Debian 14's) spins, or hangs with all processors spinning; without it the kernel halts.
   */
  readonly emulatedCpu: string;
}

const architectures: Partial<Record<NodeJS.Architecture, Architecture>> = {
  x64: {
    qemu: "qemu-system-x86_64",
    debianPackage: "qemu-system-x86",
    machine: "q35",
    console: "ttyS0",
    emulatedCpu: "max,-cx16,-monitor",
  },
  arm64: {
    qemu: "qemu-system-aarch64",
    debianPackage: "qemu-system-arm",
    machine: "virt",
    console: "ttyAMA0",
    emulatedCpu: "max",
  },
};

/** Throws `UserError` on a processor that lab machines don't know. */
export function controllerArchitecture(name: NodeJS.Architecture = process.arch): Architecture {
  const architecture = architectures[name];
  if (architecture === undefined)
    throw new UserError(`lab machines need an x64 or arm64 controller, this one is ${name}`, {
      remedy: "use hosts with ssh: instead of lab: in the matrix",
    });
  return architecture;
}
