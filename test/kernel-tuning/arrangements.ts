import type { Arrangement, PaperMachine } from "./paper-machine.ts";

const GRUB_ENVIRONMENT = "/boot/grub/grubenv";

/** Makes the menu as Alpine's does, of the variables in its configuration. `-after` is a death once it is written. */
const UPDATE_EXTLINUX = `. "$R/bin/dies"
. "$R/etc/update-extlinux.conf"
[ "$overwrite" = 1 ] || exit 0
printf 'DEFAULT lts\\nLABEL lts\\n  LINUX vmlinuz-lts\\n  APPEND root=UUID=1 init=/bin/true %s\\n' "$default_kernel_opts" >"$R/boot/extlinux.conf"
set -- -after
. "$R/bin/dies"`;

const GRUB_HEAD = `if [ "\${next_entry}" ] ; then
  set default="\${next_entry}"
  save_env next_entry
fi
`;

/** Comes before update-grub, which is the same, where both are there. Takes longer than a dead man needs to see that he is called off. */
const GRUB_MKCONFIG = `set --
. "$R/bin/dies"
sleep 2
. "$R/etc/default/grub"
{
  cat "$R/etc/grub-head"
  printf "menuentry 'Manjaro Linux' {\\n\\tlinux /boot/vmlinuz-6.12 root=UUID=1 init=/bin/true %s\\n" "$GRUB_CMDLINE_LINUX_DEFAULT"
  printf '\\tinitrd /boot/initramfs-6.12.img\\n}\\nsource $config_directory/custom.cfg\\n'
} >"$R/boot/grub/grub.cfg"`;

/** grub-editenv FILE create | set NAME=VALUE | unset NAME; the real one's file is padded to a block. */
const GRUB_EDITENV = `case $2 in
create) echo '# GRUB Environment Block' >"$1" ;;
set) echo "$3" >>"$1" ;;
unset) sed -i "/^$3=/d" "$1" ;;
esac`;

/** GRUB forgets an entry that is started once before it starts it. */
function grubNext(machine: PaperMachine): string {
  const environment = machine.read(GRUB_ENVIRONMENT);
  const once = /^next_entry=(.+)$/m.exec(environment)?.[1];
  if (once !== undefined) machine.write(GRUB_ENVIRONMENT, environment.replace(/^next_entry=.*$/m, "next_entry="));
  const menu = once === undefined ? machine.read("/boot/grub/grub.cfg") : machine.read("/boot/grub/custom.cfg");
  const [, image, rest] =
    /^\s*linux\s+(\S+)\s+(.*)$/m.exec(menu.slice(once === undefined ? 0 : menu.indexOf(`--id ${once}`))) ?? [];
  return `BOOT_IMAGE=${image} ${rest}`;
}

/** Every way but GRUB's drop-ins that a command line comes to a kernel in. */
export const arrangements: Readonly<Record<string, Arrangement>> = {
  "extlinux, as on Alpine": {
    distribution: "alpine",
    path: "/etc/update-extlinux.conf",
    files: {
      "/etc/update-extlinux.conf": 'overwrite=1\ndefault_kernel_opts="quiet rootfstype=ext4" # as installed\n',
      "/boot/extlinux.conf":
        "DEFAULT lts\nLABEL lts\n  LINUX vmlinuz-lts\n  APPEND root=UUID=1 init=/bin/true quiet rootfstype=ext4\n",
    },
    commands: { "update-extlinux": UPDATE_EXTLINUX },
    next: (machine) => `BOOT_IMAGE=vmlinuz-lts ${/APPEND (.*)/.exec(machine.read("/boot/extlinux.conf"))?.[1]}`,
  },
  "cmdline.txt, as on a Raspberry Pi": {
    distribution: "raspberry-pi-os",
    path: "/boot/firmware/cmdline.txt",
    files: { "/boot/firmware/cmdline.txt": "console=tty1 root=PARTUUID=1-02 init=/bin/true rootwait" },
    commands: {},
    next: (machine) => `bcm2708_fb.fbwidth=0 ${machine.read("/boot/firmware/cmdline.txt").split("\n", 1)[0]}`,
  },
  "GRUB's own file, as on TromJaro": {
    distribution: "tromjaro",
    path: "/etc/default/grub",
    files: {
      "/etc/grub-head": GRUB_HEAD,
      "/etc/default/grub": "GRUB_TIMEOUT=1\nGRUB_CMDLINE_LINUX_DEFAULT='quiet splash'\n",
      "/boot/grub/grub.cfg": `${GRUB_HEAD}menuentry 'Manjaro Linux' {\n\tlinux /boot/vmlinuz-6.12 root=UUID=1 init=/bin/true quiet splash\n\tinitrd /boot/initramfs-6.12.img\n}\nsource $config_directory/custom.cfg\n`,
      "/boot/grub/custom.cfg": "# ours, without an end",
    },
    commands: { "grub-mkconfig": GRUB_MKCONFIG, "grub-editenv": GRUB_EDITENV },
    next: grubNext,
  },
};
