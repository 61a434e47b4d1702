import { z } from "zod";
import { architectureName } from "./architecture.ts";

/** What reads the kernel of a machine: QEMU itself, or GRUB on its disk, started by UEFI firmware. */
const boot = z.enum(["direct", "grub"]);
export type Boot = z.output<typeof boot>;

/** A QEMU virtual machine that we make, reachable on 127.0.0.1 only. */
export const labMachineInputs = z.strictObject({
  /** Unique within the stack; also the guest's host name. */
  name: z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, "a letter, then letters, digits and dashes"),
  /** Machine directory relative to the project's root, such as `.distrobench/lab/quickstart/debian-13`. */
  directory: z.string(),
  distribution: z.string(),
  /** The distribution's own name of the release, such as `trixie` or `testing`. */
  release: z.string(),
  /** Of the processor; absent means the controller's own. Another one is emulated. */
  architecture: architectureName.optional(),
  cpus: z.int().min(1).max(256),
  memoryMiB: z.int().min(256),
  /** Size of the root file system as the guest sees it. */
  diskGiB: z.int().min(2),
  accelerator: z.enum(["auto", "kvm", "tcg"]),
  /** Abstract package names (keys of the hosts package table) that the disk already holds. */
  packages: z.array(z.string()),
  /** Mirror of the distribution; absent means its default one, or what the controller itself uses. */
  mirror: z.string().optional(),
  /** `direct` unless given. A machine with GRUB can be restarted from inside, with another command line. */
  boot: boot.optional(),
  /** Set by check to `running`; `read` reports what is true, so that a dead machine shows as drift. */
  state: z.enum(["running", "stopped"]),
});
export type LabMachineInputs = z.output<typeof labMachineInputs>;

export interface LabMachineOutputs extends LabMachineInputs {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** The guest's public host key, as in authorized_keys. */
  readonly hostKey: string;
  /** Path of the client key relative to the project's root; the key itself never enters the state. */
  readonly privateKeyFile: string;
  /** An `ssh -F` file relative to the project's root, with an alias equal to `name`. */
  readonly sshConfigFile: string;
  readonly acceleratorInUse: "kvm" | "tcg";
  readonly emulated: boolean;
  /** sha256 of the cached base disk image. */
  readonly diskDigest: string;
}
