# Makes a disk that UEFI firmware starts GRUB from, out of a root file system. Arguments: directory, size, UUID; standard input: the
# root file system as a tar. Leaves disk.raw, vmlinuz and initrd in the directory. With "-" as directory (inside
# `mmdebstrap --unshare-helper`, which can't write where the user can) they go to standard output as a tar.
# GPT: an EFI system partition of 32 MiB from 1 MiB on, then the root file system up to the last MiB.
set -eu
work=$1 size=$2 uuid=$3
if [ "$work" = - ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi
cd "$work"
MiB=1048576
esp=32
mkdir root
tar --extract --numeric-owner --xattrs --xattrs-include='*' --directory root
kernel=$(cd root/boot && ls -1 | grep '^vmlinuz-' | sort -V | tail -n 1)
initrd=initrd.img-${kernel#vmlinuz-}
cp "root/boot/$kernel" vmlinuz
cp "root/boot/$initrd" initrd
# mmdebstrap copies the controller's resolver in as its last step; this one is QEMU's.
rm -f root/etc/resolv.conf
echo 'nameserver 10.0.2.3' >root/etc/resolv.conf

truncate -s "$size" disk.raw
total=$(($(stat -c %s disk.raw) / MiB))
sfdisk --quiet disk.raw <<END
label: gpt
label-id: $uuid
start=1MiB, size=${esp}MiB, type=uefi, name=esp, uuid=00000001-${uuid#*-}
start=$((esp + 1))MiB, size=$((total - esp - 2))MiB, type=linux, name=root, uuid=00000002-${uuid#*-}
END

# GRUB's own program for unsigned starts reads this file beside it. At the first boot there is no configuration of the machine's yet.
cat >grub.cfg <<END
search.fs_uuid $uuid root
set prefix=(\$root)/boot/grub
if [ -f \$prefix/grub.cfg ]; then
  configfile \$prefix/grub.cfg
else
  linux /boot/$kernel root=UUID=$uuid rw console=ttyS0 quiet net.ifnames=0 apparmor=0 selinux=0 fsck.mode=skip no_timer_check
  initrd /boot/$initrd
  boot
fi
END
truncate -s "${esp}M" esp.raw
mkfs.vfat --invariant -n ESP esp.raw >/dev/null
export MTOOLS_SKIP_CHECK=1
mmd -i esp.raw ::/EFI ::/EFI/BOOT ::/EFI/debian
mcopy -i esp.raw root/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi ::/EFI/BOOT/BOOTX64.EFI
mcopy -i esp.raw grub.cfg ::/EFI/debian/grub.cfg
dd if=esp.raw of=disk.raw bs="$MiB" seek=1 conv=notrunc,sparse status=none
rm -f esp.raw grub.cfg

# All tables are written now: a guest that initialises them lazily does disk work while something is measured.
offset=$(((esp + 1) * MiB))
mkfs.ext4 -q -F -U "$uuid" -E "offset=$offset,hash_seed=$uuid,lazy_itable_init=0,lazy_journal_init=0" -d root disk.raw "$((total - esp - 2))M"
rm -rf root
if [ "$1" = - ]; then tar --create --sparse disk.raw vmlinuz initrd; fi
