/** A file that the boot loader takes the kernel's command line from. */
export interface CommandLineFile {
  readonly path: string;
  /** `assignment`: a shell variable in quotes; `line`: the whole file is one line. */
  readonly format: { readonly kind: "assignment"; readonly variable: string } | { readonly kind: "line" };
  /** What makes the boot loader see a change; absent where the file itself is read at boot. */
  readonly apply?: string;
}

const grubFile = {
  path: "/etc/default/grub",
  format: { kind: "assignment", variable: "GRUB_CMDLINE_LINUX_DEFAULT" },
} as const satisfies CommandLineFile;

/** Debian and its derivatives, and Manjaro: `update-grub` is theirs. */
export const grub: CommandLineFile = { ...grubFile, apply: "update-grub" };
export const grubMkconfig: CommandLineFile = { ...grubFile, apply: "grub-mkconfig -o /boot/grub/grub.cfg" };
export const extlinux: CommandLineFile = {
  path: "/etc/update-extlinux.conf",
  format: { kind: "assignment", variable: "default_kernel_opts" },
  apply: "update-extlinux",
};
/** The Raspberry Pi's boot medium, from Bookworm on and on Ubuntu; then older systems and Alpine. */
export const piFirmware: CommandLineFile = { path: "/boot/firmware/cmdline.txt", format: { kind: "line" } };
export const piBoot: CommandLineFile = { path: "/boot/cmdline.txt", format: { kind: "line" } };
